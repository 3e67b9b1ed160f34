package dev.nightjar.store.sqlite;

import dev.nightjar.store.Stores;
import dev.nightjar.store.UploadStoreContract;
import java.nio.file.Path;

class SqliteUploadsTest extends UploadStoreContract {
  @Override
  protected Stores open(Path directory) {
    return SqliteStores.open(directory.resolve("meta.db"));
  }
}
