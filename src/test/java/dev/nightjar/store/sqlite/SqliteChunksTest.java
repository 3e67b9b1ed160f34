package dev.nightjar.store.sqlite;

import dev.nightjar.store.ChunkStoreContract;
import dev.nightjar.store.MetaStore;
import java.nio.file.Path;

class SqliteChunksTest extends ChunkStoreContract {
  @Override
  protected MetaStore open(Path directory) {
    return new SqliteMetaStore(directory.resolve("meta.db"));
  }
}
