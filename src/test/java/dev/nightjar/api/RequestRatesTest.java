package dev.nightjar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.store.ApiKey;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.store.KeyId;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestRatesTest {
  /** Close to where the clock wraps. */
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);

  private final RequestRates rates = new RequestRates(nanos::get);

  @Test
  void keyWithoutALimitIsNotCounted() {
    assertThat(rates.take(key("key_a", null))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 60, 1_000_000})
  void asManyAsTheLimitComeAtOnceAndNoneMore(int limit) {
    ApiKey key = key("key_a", limit);
    for (int i = 1; i <= limit; i++) {
      RequestRate rate = rates.take(key).orElseThrow();
      assertThat(rate.isExceeded()).isFalse();
      assertThat(rate.remaining()).isEqualTo(limit - i);
    }

    RequestRate refused = rates.take(key).orElseThrow();

    assertThat(refused.isExceeded()).isTrue();
    assertThat(refused.remaining()).isZero();
    assertThat(refused.untilNext()).isEqualTo(Duration.ofNanos(60_000_000_000L / limit));
    nanos.addAndGet(refused.untilNext().toNanos() - 1);
    assertThat(rates.take(key).orElseThrow().isExceeded()).isTrue();
    nanos.addAndGet(1);
    assertThat(rates.take(key).orElseThrow().isExceeded()).as("refusals cost nothing").isFalse();
  }

  @Test
  void overAnyTimeAtMostTheRateAndOneBucketIsAdmitted() {
    long seed = new Random(System.nanoTime()).nextLong();
    System.err.println("seed " + seed);
    var random = new Random(seed);
    ApiKey key = key("key_a", 90);
    long begun = nanos.get();
    int admitted = 0;
    for (int i = 0; i < 20_000; i++) {
      nanos.addAndGet(random.nextLong(TimeUnit.SECONDS.toNanos(1)));
      admitted += rates.take(key).orElseThrow().isExceeded() ? 0 : 1;
    }

    double minutes = (nanos.get() - begun) / 60e9;
    assertThat(admitted).isBetween((int) (90 * minutes) - 1, (int) (90 * minutes) + 91);
  }

  @Test
  void bucketOfOneKeyIsNotAnothers() {
    assertThat(rates.take(key("key_a", 1)).orElseThrow().isExceeded()).isFalse();
    assertThat(rates.take(key("key_b", 1)).orElseThrow().isExceeded()).isFalse();
    assertThat(rates.take(key("key_a", 1)).orElseThrow().isExceeded()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0ms",
    "1, 1ms",
    "20000000, 20ms",
    "999000001, 1s",
    "1000000000, 1s",
    "1000000001, 2s",
    "59000000000, 59s",
    "59000000001, 1m0s",
    "360000000000, 6m0s",
  })
  void durationsAreWrittenAsOpenAiWritesThem(long nanoseconds, String text) {
    assertThat(RequestRate.text(Duration.ofNanos(nanoseconds))).isEqualTo(text);
  }

  private static ApiKey key(String id, @Nullable Integer limit) {
    return new ApiKey(new KeyId(id), "p", "", Set.of(Scope.READ), limit, Instant.EPOCH, null);
  }
}
