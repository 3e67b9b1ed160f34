package dev.nightjar.engine.message;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A validated batch as the engine gets it, new or after a restart.
 *
 * @param batch its sequence number
 * @param model the model of all its lines; empty when they name none or several
 * @param url of all its lines
 * @param deadlineMillis when it expires, epoch milliseconds; {@code Long.MAX_VALUE} for never
 * @param lines requests in all
 * @param unsealedChunks chunks still to seal, none of them claimed
 * @param sealed counts of the sealed chunks
 * @param ending why it was already stopping; null when it runs
 * @param isFromBefore whether it was there before this process
 * @param maxInFlight calls of it at a time; 0: as many as go
 * @param project that it belongs to
 * @param projectMaxInFlight calls of all its project's batches at a time; 0: as many as go
 */
public record BatchStart(
    long batch,
    String model,
    String url,
    long deadlineMillis,
    long lines,
    int unsealedChunks,
    RequestCounts sealed,
    Usage sealedUsage,
    @Nullable Ending ending,
    boolean isFromBefore,
    int maxInFlight,
    String project,
    int projectMaxInFlight)
    implements Serializable {

  /** Without limits of its own. */
  public BatchStart(
      long batch,
      String model,
      String url,
      long deadlineMillis,
      long lines,
      int unsealedChunks,
      RequestCounts sealed,
      Usage sealedUsage,
      @Nullable Ending ending,
      boolean isFromBefore) {
    this(
        batch,
        model,
        url,
        deadlineMillis,
        lines,
        unsealedChunks,
        sealed,
        sealedUsage,
        ending,
        isFromBefore,
        0,
        "",
        0);
  }
}
