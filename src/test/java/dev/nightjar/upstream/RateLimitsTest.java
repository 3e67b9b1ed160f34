package dev.nightjar.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.upstream.RateLimits.Left;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("F1")
class RateLimitsTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_764_000_000);

  private static @Nullable RateLimits of(Map<String, String> headers) {
    return RateLimits.of(headers::get, InstantSource.fixed(NOW));
  }

  @ParameterizedTest
  @CsvSource({
    "1s, 1000",
    "6m0s, 360000",
    "20ms, 20",
    "1h2m3.5s, 3723500",
    "2d, 172800000",
    "7.66, 7660",
    "59, 59000",
    "1764000030, 30000",
    "1763999999, 0",
  })
  void resetIsATimeFromNow(String text, long millis) {
    RateLimits limits =
        of(
            Map.of(
                "x-ratelimit-limit-requests", "600",
                "x-ratelimit-remaining-requests", "599",
                "x-ratelimit-reset-requests", text));

    assertThat(limits)
        .isEqualTo(new RateLimits(new Left(600, 599, Duration.ofMillis(millis)), null));
  }

  @Test
  void limitNeedNotBeSaid() {
    RateLimits limits =
        of(Map.of("x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "1s"));

    assertThat(limits).isEqualTo(new RateLimits(null, new Left(0, 0, Duration.ofSeconds(1))));
  }

  @ParameterizedTest
  @CsvSource({"x, 1s", "-1, 1s", "1, soon", "1, -1s", "1, ''", "9999999999999999, 1s", ", 1s"})
  void whatCannotBeReadSaysNothing(@Nullable String remaining, String reset) {
    assertThat(
            of(
                remaining == null
                    ? Map.of("x-ratelimit-reset-requests", reset)
                    : Map.of(
                        "x-ratelimit-remaining-requests", remaining,
                        "x-ratelimit-reset-requests", reset)))
        .isNull();
  }
}
