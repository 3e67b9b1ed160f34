package dev.nightjar.api;

import dev.nightjar.engine.Ids;
import dev.nightjar.store.DiskSpace;
import dev.nightjar.store.MetaStore;
import dev.nightjar.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;

/** What files and batches are kept in, named by and stamped with. */
public record Backing(
    MetaStore meta, ObjectStore objects, DiskSpace disk, Ids ids, InstantSource clock) {

  /** Refuses what would take {@code bytes} more of a disk that has no room for them. */
  void checkRoom(long bytes) {
    DiskSpace.Room room;
    try {
      room = disk.room();
    } catch (IOException e) {
      throw new UncheckedIOException("the disk cannot be asked for its free space", e);
    }
    if (room.isTooSmallFor(bytes)) {
      throw ApiError.diskFull(
          room.shortage().orElse("the disk has no room for %d bytes more".formatted(bytes)));
    }
  }
}
