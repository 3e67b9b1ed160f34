package dev.nightjar.api;

import java.time.Instant;

/**
 * How much a project may store, as it was when a file or part began to come in. What batches write
 * is counted, but never refused.
 *
 * @param bytesMax {@link Long#MAX_VALUE} for any
 * @param room how many bytes more there was room for; may be negative
 */
record StorageQuota(Backing backing, String project, long bytesMax, long room) {
  static StorageQuota of(Backing backing, ApiLimits limits, String project) {
    long max = limits.storageBytesMax();
    long room = max == Long.MAX_VALUE ? max : max - used(backing, project);
    return new StorageQuota(backing, project, max, room);
  }

  ApiError exceeded(long needed) {
    return new ApiError(
        403,
        "storage_quota_exceeded",
        null,
        "Project %s stores %d bytes of the %d that it may, and this needs %d. Delete files, or let the operator raise storage_bytes_max."
            .formatted(project, used(backing, project), bytesMax, needed));
  }

  private static long used(Backing backing, String project) {
    Instant now = backing.clock().instant();
    return backing.meta().storedBytes(project, now);
  }
}
