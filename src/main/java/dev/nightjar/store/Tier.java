package dev.nightjar.store;

import dev.nightjar.store.disk.DiskSpace;
import java.io.IOException;

/** Everything that a node keeps things in. */
public record Tier(
    Stores stores, AnswerLog log, ObjectStore objects, ChunkInputs inputs, DiskSpace disk)
    implements AutoCloseable {

  @Override
  public void close() throws IOException {
    try {
      log.close();
    } finally {
      objects.close();
      stores.close();
    }
  }
}
