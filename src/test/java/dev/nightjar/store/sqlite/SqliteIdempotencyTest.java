package dev.nightjar.store.sqlite;

import dev.nightjar.store.IdempotencyContract;
import dev.nightjar.store.Stores;
import java.nio.file.Path;

class SqliteIdempotencyTest extends IdempotencyContract {
  @Override
  protected Stores open(Path directory) {
    return SqliteStores.open(directory.resolve("meta.db"));
  }
}
