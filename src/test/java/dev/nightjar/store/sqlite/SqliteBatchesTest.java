package dev.nightjar.store.sqlite;

import dev.nightjar.store.BatchStoreContract;
import dev.nightjar.store.Stores;
import java.nio.file.Path;

class SqliteBatchesTest extends BatchStoreContract {
  @Override
  protected Stores open(Path directory) {
    return SqliteStores.open(directory.resolve("meta.db"));
  }
}
