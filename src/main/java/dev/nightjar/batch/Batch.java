package dev.nightjar.batch;

import dev.nightjar.cost.Price;
import dev.nightjar.file.FileId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A batch as the database holds it. Counts and usage are those of the sealed chunks: exact once the
 * batch is terminal, behind the live figures until then.
 *
 * @param sequence grows with each batch of this store; what chunks and the answer log name it by
 * @param price on which it began; null without one, and before it began
 * @param ending why a batch that is stopping stops early; null while it runs to its end
 * @param errors the first problems of the input, {@value #ERRORS_SHOWN} at most; {@code status} is
 *     failed if there are any
 * @param errorsTotal how many problems are kept in all
 * @param outputExpiresAfterSeconds life of the output files from their creation; null for the
 *     default
 * @param maxInFlight calls of it at a time; null: as many as go
 */
public record Batch(
    BatchId id,
    long sequence,
    String project,
    String endpoint,
    @Nullable String model,
    @Nullable Price price,
    FileId inputFileId,
    String completionWindow,
    BatchStatus status,
    @Nullable Ending ending,
    Stamps stamps,
    RequestCounts counts,
    Usage usage,
    List<BatchError> errors,
    int errorsTotal,
    @Nullable FileId outputFileId,
    @Nullable FileId errorFileId,
    Map<String, String> metadata,
    @Nullable Long outputExpiresAfterSeconds,
    @Nullable Long maxInFlight) {

  /** A page may show a hundred batches that failed, and memory has to hold it. */
  public static final int ERRORS_SHOWN = 10;

  public Batch {
    errors = List.copyOf(errors);
    metadata = Map.copyOf(metadata);
  }

  /** Why a batch ends before all its lines were executed. */
  public enum Ending {
    CANCELLED,
    EXPIRED
  }

  /**
   * When each transition happened; null: not yet, or never.
   *
   * @param expiresAt null for a batch without a deadline
   */
  public record Stamps(
      Instant createdAt,
      @Nullable Instant expiresAt,
      @Nullable Instant inProgressAt,
      @Nullable Instant finalizingAt,
      @Nullable Instant completedAt,
      @Nullable Instant failedAt,
      @Nullable Instant expiredAt,
      @Nullable Instant cancellingAt,
      @Nullable Instant cancelledAt) {
    /** Epoch milliseconds; {@code Long.MAX_VALUE} without a deadline. */
    public long deadlineMillis() {
      return expiresAt == null ? Long.MAX_VALUE : expiresAt.toEpochMilli();
    }
  }
}
