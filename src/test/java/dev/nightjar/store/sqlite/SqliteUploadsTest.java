package dev.nightjar.store.sqlite;

import dev.nightjar.store.MetaStore;
import dev.nightjar.store.UploadStoreContract;
import java.nio.file.Path;

class SqliteUploadsTest extends UploadStoreContract {
  @Override
  protected MetaStore open(Path directory) {
    return new SqliteMetaStore(directory.resolve("meta.db"));
  }
}
