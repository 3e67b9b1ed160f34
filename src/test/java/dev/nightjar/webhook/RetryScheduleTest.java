package dev.nightjar.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookDelivery.State;
import dev.nightjar.store.WebhookStore.Outcome;
import dev.nightjar.store.WebhookStore.Try;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryScheduleTest {
  private static final Instant BEGUN = Instant.parse("2026-11-20T10:00:00Z");
  private static final Instant END = BEGUN.plus(Duration.ofDays(3));

  private final RetrySchedule schedule = new RetrySchedule(new Random(7));

  @Test
  void waitsGrowAndTheLastTryIsAfterThreeDays() {
    var waits = new ArrayList<Duration>();
    Instant now = BEGUN;
    int attempts = 0;
    while (judge(attempts, now, answered(500, null)).outcome()
        instanceof Outcome.Again(var after)) {
      waits.add(after);
      now = now.plus(after);
      attempts++;
    }

    List<Duration> least =
        List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20));
    for (int i = 0; i < least.size() - 1; i++) {
      assertThat(waits.get(i))
          .isBetween(least.get(i), least.get(i).plusMillis(least.get(i).toMillis() / 5));
    }
    assertThat(now).isEqualTo(END);
    assertThat(judge(attempts, now, answered(500, null)).outcome())
        .isEqualTo(new Outcome.GivenUp());
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 204, 299})
  void success(int status) {
    Try ended = judge(0, BEGUN, answered(status, null));

    assertThat(ended.outcome()).isEqualTo(new Outcome.Delivered());
    assertThat(ended.error()).isNull();
    assertThat(ended.status()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 304, 307, 308, 400, 401, 404, 409, 429, 500, 503})
  void allElseIsTriedAgain(int status) {
    Try ended = judge(0, BEGUN, answered(status, null));

    assertThat(ended.outcome()).isInstanceOf(Outcome.Again.class);
    assertThat(ended.error()).contains("" + status);
  }

  @Test
  void goneEndsItAndItsEndpoint() {
    assertThat(judge(0, BEGUN, answered(410, null)).outcome())
        .isInstanceOf(Outcome.EndpointGone.class);
  }

  @Test
  void retryAfterIsHeldUpToADayAndNeverShortensAWait() {
    assertThat(wait(0, answered(503, Duration.ofMinutes(7)))).isEqualTo(Duration.ofMinutes(7));
    assertThat(wait(0, answered(429, Duration.ofDays(40)))).isEqualTo(Duration.ofDays(1));
    assertThat(wait(3, answered(429, Duration.ZERO))).isGreaterThan(Duration.ofHours(1));
  }

  @Test
  void noAnswerIsTriedAgainWithItsReason() {
    Try ended = judge(0, BEGUN, new Reply.Unreachable("x".repeat(1_000)));

    assertThat(ended.outcome()).isInstanceOf(Outcome.Again.class);
    assertThat(ended.status()).isNull();
    assertThat(ended.error()).hasSize(200);
  }

  private static Reply answered(int status, @Nullable Duration retryAfter) {
    return new Reply.Answered(status, retryAfter);
  }

  private Duration wait(int attempts, Reply reply) {
    return ((Outcome.Again) judge(attempts, BEGUN, reply).outcome()).after();
  }

  private Try judge(int attempts, Instant now, Reply reply) {
    var delivery =
        new WebhookDelivery(
            "wh_a",
            1,
            "evt_a",
            "batch.completed",
            "batch_a",
            BEGUN,
            BEGUN,
            State.PENDING,
            attempts,
            now,
            null,
            null,
            null);
    return schedule.judge(delivery, reply, now);
  }
}
