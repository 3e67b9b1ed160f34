package dev.nightjar.file;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that comes in parts, in any order and several at once.
 *
 * @param bytes what the parts must hold together, as declared
 * @param expiresAt from then on nothing can be added, and it cannot be completed
 * @param file the id of the file that it becomes; known from the start, since its parts are named
 *     after it
 * @param fileLife of that file from its creation; null for ever
 * @param status as of when it was looked at
 * @param parts what the file consists of, in order; empty until it is completed
 */
public record Upload(
    UploadId id,
    String project,
    String filename,
    String purpose,
    long bytes,
    Instant createdAt,
    Instant expiresAt,
    FileId file,
    @Nullable Duration fileLife,
    Status status,
    List<PartId> parts) {

  /** In the API's words; only a pending one takes parts. */
  public enum Status {
    PENDING,
    COMPLETED,
    CANCELLED,
    EXPIRED
  }

  public Upload {
    parts = List.copyOf(parts);
  }
}
