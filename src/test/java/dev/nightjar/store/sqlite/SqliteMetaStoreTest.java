package dev.nightjar.store.sqlite;

import dev.nightjar.store.MetaStore;
import dev.nightjar.store.MetaStoreContract;
import java.nio.file.Path;

class SqliteMetaStoreTest extends MetaStoreContract {
  @Override
  protected MetaStore open(Path directory) {
    return new SqliteMetaStore(directory.resolve("meta.db"));
  }
}
