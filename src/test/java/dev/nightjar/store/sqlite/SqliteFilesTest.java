package dev.nightjar.store.sqlite;

import dev.nightjar.store.FileStoreContract;
import dev.nightjar.store.MetaStore;
import java.nio.file.Path;

class SqliteFilesTest extends FileStoreContract {
  @Override
  protected MetaStore open(Path directory) {
    return new SqliteMetaStore(directory.resolve("meta.db"));
  }
}
