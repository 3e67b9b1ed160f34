package dev.nightjar.engine.message;

import java.io.Serializable;
import java.time.Duration;

/**
 * What bounds the engine; docs/design.md#bounds says why.
 *
 * @param stopGrace how long calls in flight may go on after cancel or expiry
 * @param requestTimeout for one call, its answer's last byte included
 * @param hasControlCalls whether small calls of our own may tell whose fault a failure is
 */
public record EngineLimits(
    Retries retries,
    Duration stopGrace,
    Duration requestTimeout,
    Bounds bounds,
    boolean hasControlCalls)
    implements Serializable {

  /**
   * How often and how soon something is tried again.
   *
   * @param attempts calls that one line may cost by its own fault, where no other line fails; more
   *     where others do
   * @param base wait before the second attempt; doubles, with jitter, up to {@code max}
   * @param laneBase first pause of a lane whose upstream wants less; doubles up to {@code laneMax}
   */
  public record Retries(
      int attempts, Duration base, Duration max, Duration laneBase, Duration laneMax)
      implements Serializable {
    public static Retries defaults() {
      return new Retries(
          5,
          Duration.ofMillis(500),
          Duration.ofSeconds(30),
          Duration.ofMillis(50),
          Duration.ofSeconds(60));
    }

    public Retries with(int newAttempts, Duration newBase) {
      return new Retries(newAttempts, newBase, max, laneBase, laneMax);
    }
  }

  /**
   * How much may be held at a time.
   *
   * @param requestBytes of memory that calls in flight take; dispatch waits, yet one call may run
   * @param unappendedBytes of answers that are being read, and as many again of those that are read
   *     and not yet durable; dispatch waits
   * @param answerBytes longest answer; a longer one fails its line with response_too_large
   * @param unsealedBytes of durable answers whose chunks are not sealed; no more chunks are begun
   * @param openChunks chunks that this node may own; no more are claimed
   * @param validationBytes for the custom_ids of all validations; they wait, yet one may run
   */
  public record Bounds(
      long requestBytes,
      long unappendedBytes,
      long answerBytes,
      long unsealedBytes,
      int openChunks,
      long validationBytes)
      implements Serializable {
    public static Bounds defaults() {
      long heap = Runtime.getRuntime().maxMemory();
      return new Bounds(heap / 4, heap / 8, 256L << 20, 4L << 30, 2_000, heap / 8);
    }

    public Bounds withUnappendedBytes(long bytes) {
      return new Bounds(
          requestBytes, bytes, answerBytes, unsealedBytes, openChunks, validationBytes);
    }
  }

  public static EngineLimits defaults() {
    return new EngineLimits(
        Retries.defaults(),
        Duration.ofSeconds(30),
        Duration.ofMinutes(30),
        Bounds.defaults(),
        true);
  }

  public EngineLimits withRetries(Retries newRetries) {
    return new EngineLimits(newRetries, stopGrace, requestTimeout, bounds, hasControlCalls);
  }

  public EngineLimits withRequestTimeout(Duration timeout) {
    return new EngineLimits(retries, stopGrace, timeout, bounds, hasControlCalls);
  }

  public EngineLimits withStopGrace(Duration grace) {
    return new EngineLimits(retries, grace, requestTimeout, bounds, hasControlCalls);
  }

  public EngineLimits withControlCalls(boolean has) {
    return new EngineLimits(retries, stopGrace, requestTimeout, bounds, has);
  }

  public EngineLimits withBounds(Bounds newBounds) {
    return new EngineLimits(retries, stopGrace, requestTimeout, newBounds, hasControlCalls);
  }
}
