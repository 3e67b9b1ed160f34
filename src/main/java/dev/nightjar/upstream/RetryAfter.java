package dev.nightjar.upstream;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Reads how long a server wants to be left alone. */
public final class RetryAfter {
  private static final int MAX_DIGITS = 12;

  private RetryAfter() {}

  /**
   * {@code retry-after-ms} wins over {@code Retry-After}; what is negative, past or unreadable says
   * nothing.
   *
   * @param sentAt the answer's {@code Date}: what it says of a time is so by the same clock
   */
  public static @Nullable Duration of(
      @Nullable String millis,
      @Nullable String plain,
      @Nullable String sentAt,
      InstantSource clock) {
    var exact = millis == null ? null : number(millis.strip());
    if (exact != null) {
      return Duration.ofMillis(exact);
    }
    if (plain == null) {
      return null;
    }
    var seconds = number(plain.strip());
    return seconds == null ? untilDate(plain.strip(), sentAt, clock) : Duration.ofSeconds(seconds);
  }

  /** Some servers send {@code 1.5}: rounded up, so that nobody comes too early. */
  private static @Nullable Long number(String text) {
    if (text.length() > MAX_DIGITS || !text.matches("\\d+(\\.\\d+)?")) {
      return null;
    }
    return (long) Math.ceil(Double.parseDouble(text));
  }

  private static @Nullable Duration untilDate(
      String text, @Nullable String sentAt, InstantSource clock) {
    Instant until = date(text);
    if (until == null) {
      return null;
    }
    Instant now = sentAt == null ? null : date(sentAt.strip());
    Duration wait = Duration.between(now == null ? clock.instant() : now, until);
    return wait.isNegative() ? null : wait;
  }

  private static @Nullable Instant date(String text) {
    try {
      return DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
    } catch (DateTimeException _) {
      return null;
    }
  }
}
