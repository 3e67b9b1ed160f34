package dev.nightjar.engine;

import java.time.Duration;

/**
 * What bounds the engine; design §5 and §6 say why.
 *
 * @param stopGrace how long calls in flight may go on after cancel or expiry
 * @param requestTimeout for one call, its answer's last byte included
 */
public record EngineLimits(
    Retries retries, Duration stopGrace, Duration requestTimeout, Bounds bounds) {

  /**
   * How often and how soon something is tried again.
   *
   * @param attempts calls that one line may cost by its own fault
   * @param base wait before the second attempt; doubles, with jitter, up to {@code max}
   * @param laneBase first pause of a lane whose upstream fails; doubles up to {@code laneMax}
   */
  public record Retries(
      int attempts, Duration base, Duration max, Duration laneBase, Duration laneMax) {}

  /**
   * How much may be held at a time.
   *
   * @param openChunks chunks that this node may own
   * @param unappendedBytes of answers that are read and not yet durable; dispatch waits
   * @param answerBytes longest answer; a longer one fails its line with response_too_large
   */
  public record Bounds(int openChunks, long unappendedBytes, long answerBytes) {
    public static Bounds defaults() {
      return new Bounds(2_000, Runtime.getRuntime().maxMemory() / 8, 256L << 20);
    }
  }

  public static EngineLimits defaults() {
    return new EngineLimits(
        new Retries(
            5,
            Duration.ofMillis(500),
            Duration.ofSeconds(30),
            Duration.ofMillis(50),
            Duration.ofSeconds(60)),
        Duration.ofSeconds(30),
        Duration.ofMinutes(30),
        Bounds.defaults());
  }

  public EngineLimits withRequestTimeout(Duration timeout) {
    return new EngineLimits(retries, stopGrace, timeout, bounds);
  }

  public EngineLimits withStopGrace(Duration grace) {
    return new EngineLimits(retries, grace, requestTimeout, bounds);
  }

  public EngineLimits withBounds(Bounds newBounds) {
    return new EngineLimits(retries, stopGrace, requestTimeout, newBounds);
  }
}
