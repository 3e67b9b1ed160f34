package dev.nightjar.store.sqlite;

import dev.nightjar.store.ChunkStoreContract;
import dev.nightjar.store.Stores;
import java.nio.file.Path;

class SqliteChunksTest extends ChunkStoreContract {
  @Override
  protected Stores open(Path directory) {
    return SqliteStores.open(directory.resolve("meta.db"));
  }
}
