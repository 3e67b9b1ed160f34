package dev.nightjar.store.sqlite;

import dev.nightjar.store.KeyStoreContract;
import dev.nightjar.store.Stores;
import java.nio.file.Path;

class SqliteKeysTest extends KeyStoreContract {
  @Override
  protected Stores open(Path directory) {
    return SqliteStores.open(directory.resolve("meta.db"));
  }
}
