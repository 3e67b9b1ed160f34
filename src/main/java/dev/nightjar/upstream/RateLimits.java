package dev.nightjar.upstream;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the head of an answer says of what may still be asked for, in {@code
 * x-ratelimit-limit-requests}, {@code -remaining-requests} and {@code -reset-requests}, and the
 * same of tokens: OpenAI's, and after it Groq's, LiteLLM's and others'. Null for what it does not
 * say.
 */
public record RateLimits(@Nullable Left requests, @Nullable Left tokens) {
  /** OpenAI writes {@code 1s}, {@code 6m0s}, {@code 20ms}, {@code 1h2m3.5s}. */
  private static final Pattern PARTS =
      Pattern.compile("(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+(?:\\.\\d+)?)s)?(?:(\\d+)ms)?");

  private static final Pattern SECONDS = Pattern.compile("\\d+(\\.\\d+)?");
  private static final int CHARACTERS_MAX = 32;

  /** More seconds than these are a time since 1970. */
  private static final double SECONDS_MAX = 1e8;

  /**
   * Of requests, or of tokens.
   *
   * @param limit that there is at most; 0 when it is not said
   * @param remaining of it
   * @param reset until all of it is there again
   */
  public record Left(long limit, long remaining, Duration reset) {}

  /** Null when it says nothing of it. */
  static @Nullable RateLimits of(Function<String, @Nullable String> headers, InstantSource clock) {
    Left requests = left(headers, "requests", clock);
    Left tokens = left(headers, "tokens", clock);
    return requests == null && tokens == null ? null : new RateLimits(requests, tokens);
  }

  private static @Nullable Left left(
      Function<String, @Nullable String> headers, String kind, InstantSource clock) {
    Long remaining = number(headers.apply("x-ratelimit-remaining-" + kind));
    if (remaining == null) {
      return null;
    }
    Duration reset = duration(headers.apply("x-ratelimit-reset-" + kind), clock);
    if (reset == null) {
      return null;
    }
    Long limit = number(headers.apply("x-ratelimit-limit-" + kind));
    return new Left(limit == null ? 0 : limit, remaining, reset);
  }

  private static @Nullable Long number(@Nullable String text) {
    return text == null || !text.strip().matches("\\d{1,15}") ? null : Long.valueOf(text.strip());
  }

  private static @Nullable Duration duration(@Nullable String text, InstantSource clock) {
    if (text == null || text.isBlank() || text.length() > CHARACTERS_MAX) {
      return null;
    }
    String plain = text.strip();
    if (SECONDS.matcher(plain).matches()) {
      return seconds(Double.parseDouble(plain), clock);
    }
    Matcher parts = PARTS.matcher(plain);
    return parts.matches()
        ? Duration.ofDays(part(parts, 1))
            .plusHours(part(parts, 2))
            .plusMinutes(part(parts, 3))
            .plusMillis((long) Math.ceil(1_000 * fraction(parts.group(4))))
            .plusMillis(part(parts, 5))
        : null;
  }

  private static @Nullable Duration seconds(double seconds, InstantSource clock) {
    if (seconds < SECONDS_MAX) {
      return Duration.ofMillis((long) Math.ceil(1_000 * seconds));
    }
    Instant until = Instant.ofEpochMilli((long) (1_000 * seconds));
    Duration wait = Duration.between(clock.instant(), until);
    return wait.isNegative() ? Duration.ZERO : wait;
  }

  private static long part(Matcher parts, int group) {
    return parts.group(group) == null ? 0 : Long.parseLong(parts.group(group));
  }

  private static double fraction(@Nullable String text) {
    return text == null ? 0 : Double.parseDouble(text);
  }
}
