package dev.nightjar.webhook;

import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookStore.Outcome;
import dev.nightjar.store.WebhookStore.Try;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of a delivery after a try: success is 2xx, all else is tried for 72 h. */
final class RetrySchedule {
  private static final List<Duration> WAITS =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(5),
          Duration.ofHours(10),
          Duration.ofHours(14),
          Duration.ofHours(20),
          Duration.ofDays(1));
  private static final Duration RETRY_AFTER_MAX = Duration.ofDays(1);
  private static final Duration GIVE_UP = Duration.ofDays(3);
  private static final int GONE = 410;
  private static final int ERROR_CHARACTERS_MAX = 200;

  /** Waits grow by up to a fifth, so that what failed together does not come back together. */
  private static final double JITTER = 0.2;

  private final RandomGenerator random;

  RetrySchedule(RandomGenerator random) {
    this.random = random;
  }

  Try judge(WebhookDelivery delivery, Reply reply, Instant now) {
    return switch (reply) {
      case Reply.Unreachable(String reason) ->
          new Try(delivery, again(delivery, null, now), null, cut(reason));
      case Reply.Answered(int status, Duration _) when status >= 200 && status < 300 ->
          new Try(delivery, new Outcome.Delivered(), status, null);
      case Reply.Answered(int status, Duration _) when status == GONE ->
          new Try(
              delivery, new Outcome.EndpointGone("it answered 410 (Gone)"), status, "answered 410");
      case Reply.Answered(int status, @Nullable Duration retryAfter) ->
          new Try(delivery, again(delivery, retryAfter, now), status, error(status));
    };
  }

  private static String error(int status) {
    return status < 400
        ? "answered %d: redirects are not followed".formatted(status)
        : "answered %d".formatted(status);
  }

  private static String cut(String reason) {
    return reason.substring(0, Math.min(reason.length(), ERROR_CHARACTERS_MAX));
  }

  /** The last try is when the time is over, whatever the schedule says. */
  private Outcome again(WebhookDelivery delivery, @Nullable Duration retryAfter, Instant now) {
    Duration left = Duration.between(now, delivery.begunAt().plus(GIVE_UP));
    if (!left.isPositive()) {
      return new Outcome.GivenUp();
    }
    Duration scheduled = WAITS.get(Math.min(delivery.attempts(), WAITS.size() - 1));
    Duration wait = scheduled.plusMillis(random.nextLong(jitterMillis(scheduled)));
    if (retryAfter != null && retryAfter.compareTo(wait) > 0) {
      wait = retryAfter.compareTo(RETRY_AFTER_MAX) < 0 ? retryAfter : RETRY_AFTER_MAX;
    }
    return new Outcome.Again(wait.compareTo(left) < 0 ? wait : left);
  }

  private static long jitterMillis(Duration wait) {
    return (long) (wait.toMillis() * JITTER);
  }
}
