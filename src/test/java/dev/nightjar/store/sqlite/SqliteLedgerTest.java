package dev.nightjar.store.sqlite;

import dev.nightjar.store.LedgerContract;
import dev.nightjar.store.MetaStore;
import java.nio.file.Path;

class SqliteLedgerTest extends LedgerContract {
  @Override
  protected MetaStore open(Path directory) {
    return new SqliteMetaStore(directory.resolve("meta.db"));
  }
}
