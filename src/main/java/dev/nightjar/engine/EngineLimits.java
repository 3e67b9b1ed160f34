package dev.nightjar.engine;

import java.time.Duration;

/**
 * What bounds the engine; design §5 and §6 say why.
 *
 * @param attempts calls that one line may cost by its own fault
 * @param retryBase wait before the second attempt; doubles, with jitter, up to {@code retryMax}
 * @param laneBackoffBase first pause of a lane whose upstream fails; doubles up to {@code
 *     laneBackoffMax}
 * @param stopGrace how long calls in flight may go on after cancel or expiry
 * @param requestTimeout for one call, its answer's last byte included
 * @param openChunksMax chunks that this node may own
 * @param unappendedBytesMax bytes of answers that are read and not yet durable; dispatch waits
 * @param answerBytesMax longest answer; a longer one fails its line with response_too_large
 */
public record EngineLimits(
    int attempts,
    Duration retryBase,
    Duration retryMax,
    Duration laneBackoffBase,
    Duration laneBackoffMax,
    Duration stopGrace,
    Duration requestTimeout,
    int openChunksMax,
    long unappendedBytesMax,
    long answerBytesMax) {

  public static EngineLimits defaults() {
    return new EngineLimits(
        5,
        Duration.ofMillis(500),
        Duration.ofSeconds(30),
        Duration.ofMillis(50),
        Duration.ofSeconds(60),
        Duration.ofSeconds(30),
        Duration.ofMinutes(30),
        2_000,
        Runtime.getRuntime().maxMemory() / 8,
        256L << 20);
  }

  public EngineLimits withRequestTimeout(Duration timeout) {
    return new EngineLimits(
        attempts,
        retryBase,
        retryMax,
        laneBackoffBase,
        laneBackoffMax,
        stopGrace,
        timeout,
        openChunksMax,
        unappendedBytesMax,
        answerBytesMax);
  }

  public EngineLimits withRetry(int attempts, Duration retryBase) {
    return new EngineLimits(
        attempts,
        retryBase,
        retryMax,
        laneBackoffBase,
        laneBackoffMax,
        stopGrace,
        requestTimeout,
        openChunksMax,
        unappendedBytesMax,
        answerBytesMax);
  }

  public EngineLimits withStopGrace(Duration grace) {
    return new EngineLimits(
        attempts,
        retryBase,
        retryMax,
        laneBackoffBase,
        laneBackoffMax,
        grace,
        requestTimeout,
        openChunksMax,
        unappendedBytesMax,
        answerBytesMax);
  }
}
