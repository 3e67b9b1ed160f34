package dev.nightjar.store.sqlite;

import dev.nightjar.store.RetentionContract;
import dev.nightjar.store.Stores;
import java.nio.file.Path;

class SqliteRetentionTest extends RetentionContract {
  @Override
  protected Stores open(Path directory) {
    return SqliteStores.open(directory.resolve("meta.db"));
  }
}
