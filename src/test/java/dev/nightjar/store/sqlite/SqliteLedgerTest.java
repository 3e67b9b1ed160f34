package dev.nightjar.store.sqlite;

import dev.nightjar.store.LedgerContract;
import dev.nightjar.store.Stores;
import java.nio.file.Path;

class SqliteLedgerTest extends LedgerContract {
  @Override
  protected Stores open(Path directory) {
    return SqliteStores.open(directory.resolve("meta.db"));
  }
}
