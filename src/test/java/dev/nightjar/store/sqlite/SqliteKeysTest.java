package dev.nightjar.store.sqlite;

import dev.nightjar.store.KeyStoreContract;
import dev.nightjar.store.MetaStore;
import java.nio.file.Path;

class SqliteKeysTest extends KeyStoreContract {
  @Override
  protected MetaStore open(Path directory) {
    return new SqliteMetaStore(directory.resolve("meta.db"));
  }
}
