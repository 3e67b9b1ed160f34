package dev.nightjar.api;

import dev.nightjar.store.ApiKey;
import dev.nightjar.store.KeyId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A bucket of requests for each key that has a limit: a minute's worth at most, filled evenly. In
 * memory, so full again after a restart; there are as many as limited keys that were used. Safe for
 * use by many threads.
 */
final class RequestRates {
  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Map<KeyId, Bucket> buckets = new ConcurrentHashMap<>();
  private final LongSupplier nanos;

  /**
   * A bucket after a request.
   *
   * @param fullAt on the clock of {@link #nanos}, when it will be full if nobody comes
   */
  private record Bucket(long fullAt, boolean isAdmitted) {}

  RequestRates(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Takes one request out of the key's bucket, if there is one in it. */
  Optional<RequestRate> take(ApiKey key) {
    Integer limit = key.requestsPerMinute();
    if (limit == null) {
      return Optional.empty();
    }
    long cost = MINUTE_NANOS / limit;
    long room = cost * limit;
    long now = nanos.getAsLong();
    Bucket after =
        buckets.compute(
            key.id(),
            (_, before) -> {
              long fullAt = before == null || before.fullAt - now < 0 ? now : before.fullAt;
              boolean isAdmitted = fullAt + cost - now <= room;
              return new Bucket(isAdmitted ? fullAt + cost : fullAt, isAdmitted);
            });
    long taken = after.fullAt - now;
    long wait = after.isAdmitted ? 0 : taken + cost - room;
    return Optional.of(
        new RequestRate(
            limit,
            (int) Math.max(0, (room - taken) / cost),
            Duration.ofNanos(taken),
            Duration.ofNanos(wait)));
  }
}
