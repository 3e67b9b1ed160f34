package dev.nightjar.store.sqlite;

import dev.nightjar.store.NodeId;
import dev.nightjar.store.Stores;
import dev.nightjar.store.UploadStoreContract;
import java.nio.file.Path;
import java.time.InstantSource;

class SqliteUploadsTest extends UploadStoreContract {
  @Override
  protected Stores open(Path directory, NodeId node, InstantSource clock) {
    return SqliteStores.open(directory.resolve("meta.db"), node, clock);
  }
}
