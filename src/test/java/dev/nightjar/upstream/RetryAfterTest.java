package dev.nightjar.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
  @ParameterizedTest
  @CsvSource({
    "250,     ,                                 PT0.25S",
    "250,     9,                                PT0.25S",
    "0,       9,                                PT0S",
    "12.4,    9,                                PT0.013S",
    "-1,      9,                                PT9S",
    "soon,    9,                                PT9S",
    ",        9,                                PT9S",
    ",        ' 9 ',                            PT9S",
    ",        1.5,                              PT2S",
    ",        0,                                PT0S",
    ",        'Sat, 21 Nov 2026 03:00:30 GMT',  PT30S",
    ",        'Sat, 21 Nov 2026 02:59:59 GMT',  ",
    ",        -5,                               ",
    ",        soon,                             ",
    ",        '',                               ",
    ",        99999999999999999999,             ",
    ",        ,                                 ",
  })
  void waitIsReadFromTheHeaders(
      @Nullable String millis, @Nullable String plain, @Nullable Duration wait) {
    assertThat(RetryAfter.of(millis, plain, null, InstantSource.fixed(Sending.NOW)))
        .isEqualTo(wait);
  }

  @Tag("K3")
  @Test
  void dateIsReadByTheClockOfWhoSentIt() {
    String sentAt = "Sat, 21 Nov 2026 01:00:00 GMT";
    String until = "Sat, 21 Nov 2026 01:00:30 GMT";
    InstantSource wrong = InstantSource.fixed(Sending.NOW.minus(Duration.ofDays(1)));

    assertThat(RetryAfter.of(null, until, sentAt, wrong)).isEqualTo(Duration.ofSeconds(30));
    assertThat(RetryAfter.of(null, "9", sentAt, wrong)).isEqualTo(Duration.ofSeconds(9));
    assertThat(RetryAfter.of(null, until, "some day", wrong)).isGreaterThan(Duration.ofHours(20));
  }
}
