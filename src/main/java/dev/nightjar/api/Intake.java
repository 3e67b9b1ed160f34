package dev.nightjar.api;

import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.disk.DiskSpace;

/**
 * What one upload takes of its project's quota and of the disk: looked at before each block is
 * written, with what all others are writing. What batches write is counted, but never refused. One
 * thread.
 */
public final class Intake implements AutoCloseable {
  private final ApiStores stores;
  private final String project;
  private final long bytesMax;
  private long reserved;
  private long taken;

  /** Of what was taken, what is on the disk for sure. */
  private long onDisk;

  /** The maximum is {@link Long#MAX_VALUE} for any. */
  public Intake(ApiStores stores, ApiLimits limits, String project) {
    this.stores = stores;
    this.project = project;
    this.bytesMax = limits.storageBytesMax();
  }

  public ApiStores stores() {
    return stores;
  }

  public String project() {
    return project;
  }

  public long bytesMax() {
    return bytesMax;
  }

  /** How many bytes more the project has room for; may be negative. */
  public long room() {
    return bytesMax == Long.MAX_VALUE ? bytesMax : bytesMax - used();
  }

  /** To be called before as many bytes are written. */
  public void take(int bytes) {
    long least = taken + bytes - reserved;
    if (least > 0) {
      reserve(least);
    }
    taken += bytes;
    long flushed = Math.max(0, taken - ObjectStore.BLOCK_BYTES); // A writer may hold a block back.
    stores.inflow().wrote(flushed - onDisk);
    onDisk = flushed;
  }

  private void reserve(long least) {
    Inflow inflow = stores.inflow();
    long projectRoom = bytesMax == Long.MAX_VALUE ? bytesMax : bytesMax - stored();
    DiskSpace.Room disk = stores.room();
    long diskRoom = disk.freeBytes() - disk.minBytes();
    long got = inflow.reserve(project, least, projectRoom, diskRoom);
    if (got == 0) {
      throw projectRoom - inflow.held(project) < least
          ? exceeded(taken + least)
          : ApiStores.diskFull(disk, least);
    }
    reserved += got;
  }

  public ApiError exceeded(long needed) {
    return new ApiError(
        403,
        "storage_quota_exceeded",
        null,
        "Project %s stores %d bytes of the %d that it may, and this needs %d. Delete files, whose bytes count until they are gone from the disk some hours later, or let the operator raise storage_bytes_max."
            .formatted(project, used(), bytesMax, needed));
  }

  /** By rows, and by other uploads that are under way. */
  private long used() {
    return stored() + stores.inflow().held(project) - reserved;
  }

  private long stored() {
    return stores.files().storedBytes(project);
  }

  /** Gives back what is not written, and leaves what is to the row that is about to come. */
  @Override
  public void close() {
    stores.inflow().release(project, reserved, reserved - onDisk);
    reserved = 0;
    taken = 0;
    onDisk = 0;
  }
}
