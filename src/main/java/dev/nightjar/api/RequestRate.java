package dev.nightjar.api;

import java.time.Duration;

/**
 * How a limited key stands after a request.
 *
 * @param limit requests per minute
 * @param remaining that could follow at once
 * @param untilFull after which all could follow at once
 * @param untilNext after which the refused request may come again; zero: it was admitted
 */
public record RequestRate(int limit, int remaining, Duration untilFull, Duration untilNext) {
  public boolean isExceeded() {
    return untilNext.isPositive();
  }

  public ApiError exceeded() {
    return ApiError.rateLimited(
        "Rate limit reached for this key: %d requests per minute. Please try again in %s."
            .formatted(limit, text(untilNext)));
  }

  /** As OpenAI writes durations in headers: {@code 20ms}, {@code 1s}, {@code 6m0s}; rounded up. */
  public static String text(Duration duration) {
    long millis = Math.ceilDiv(duration.toNanos(), 1_000_000L);
    if (millis < 1_000) {
      return millis + "ms";
    }
    long seconds = Math.ceilDiv(millis, 1_000L);
    return seconds < 60 ? seconds + "s" : "%dm%ds".formatted(seconds / 60, seconds % 60);
  }
}
