package dev.nightjar.store.sqlite;

import dev.nightjar.store.IdempotencyContract;
import dev.nightjar.store.MetaStore;
import java.nio.file.Path;

class SqliteIdempotencyTest extends IdempotencyContract {
  @Override
  protected MetaStore open(Path directory) {
    return new SqliteMetaStore(directory.resolve("meta.db"));
  }
}
