package dev.nightjar.store.sqlite;

import dev.nightjar.store.FileStoreContract;
import dev.nightjar.store.Stores;
import java.nio.file.Path;

class SqliteFilesTest extends FileStoreContract {
  @Override
  protected Stores open(Path directory) {
    return SqliteStores.open(directory.resolve("meta.db"));
  }
}
