package dev.nightjar.api;

import dev.nightjar.store.BatchStore;
import dev.nightjar.store.FileStore;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Stores;
import dev.nightjar.store.UploadStore;
import dev.nightjar.store.WebhookStore;
import dev.nightjar.store.disk.DiskSpace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;

/**
 * What files and batches are kept in, named by and stamped with.
 *
 * @param inflow what all uploads together are writing
 */
public record ApiStores(
    Stores stores,
    ObjectStore objects,
    DiskSpace disk,
    NewIds ids,
    InstantSource clock,
    Inflow inflow) {

  public ApiStores(
      Stores stores, ObjectStore objects, DiskSpace disk, NewIds ids, InstantSource clock) {
    this(stores, objects, disk, ids, clock, new Inflow());
  }

  public FileStore files() {
    return stores.files();
  }

  public UploadStore uploads() {
    return stores.uploads();
  }

  public BatchStore batches() {
    return stores.batches();
  }

  public WebhookStore webhooks() {
    return stores.webhooks();
  }

  /** Refuses what would take {@code bytes} more of a disk that has no room for them. */
  public void checkRoom(long bytes) {
    DiskSpace.Room room = room();
    if (room.isTooSmallFor(bytes + inflow.unwritten())) {
      throw diskFull(room, bytes);
    }
  }

  DiskSpace.Room room() {
    try {
      return disk.room();
    } catch (IOException e) {
      throw new UncheckedIOException("the disk cannot be asked for its free space", e);
    }
  }

  static ApiError diskFull(DiskSpace.Room room, long bytes) {
    return ApiError.diskFull(
        room.shortage().orElse("the disk has no room for %d bytes more".formatted(bytes)));
  }
}
