package dev.nightjar.store.sqlite;

import dev.nightjar.store.MetaStore;
import dev.nightjar.store.RetentionContract;
import java.nio.file.Path;

class SqliteRetentionTest extends RetentionContract {
  @Override
  protected MetaStore open(Path directory) {
    return new SqliteMetaStore(directory.resolve("meta.db"));
  }
}
