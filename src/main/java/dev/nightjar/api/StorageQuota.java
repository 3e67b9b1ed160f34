package dev.nightjar.api;

import dev.nightjar.store.MetaStore;
import java.time.InstantSource;

/**
 * How much a project may store. What batches write is counted, but never refused.
 *
 * @param bytesMax {@link Long#MAX_VALUE} for any
 */
record StorageQuota(MetaStore meta, InstantSource clock, long bytesMax) {
  StorageQuota(Backing backing, ApiLimits limits) {
    this(backing.meta(), backing.clock(), limits.storageBytesMax());
  }

  /** How many bytes more a project may store now; may be negative. */
  long room(String project) {
    return bytesMax == Long.MAX_VALUE ? bytesMax : bytesMax - used(project);
  }

  ApiError exceeded(String project, long needed) {
    return new ApiError(
        403,
        "storage_quota_exceeded",
        null,
        "Project %s stores %d bytes of the %d that it may, and this needs %d. Delete files, or let the operator raise storage_bytes_max."
            .formatted(project, used(project), bytesMax, needed));
  }

  private long used(String project) {
    return meta.storedBytes(project, clock.instant());
  }
}
