package dev.nightjar.sim;

import dev.nightjar.config.SettingsException;
import dev.nightjar.sim.answer.TokenCounter.UsageCount;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a simulated server behaves.
 *
 * @param port 0 for any free one
 * @param seed the same seed gives the same answers, and the same errors in the same order
 * @param models the only ones there are; empty: any is answered and none is listed
 * @param apiKey the only one accepted; null: no key is asked for
 * @param retryAfter what 429 and 503 ask for in {@code retry-after-ms}
 * @param maxConcurrency above it requests get 503; 0 for no limit
 * @param recordRequests whether to count requests by their {@code X-Request-Id}
 */
public record SimOptions(
    String host,
    int port,
    long seed,
    Latency latency,
    ErrorRates errors,
    Set<String> models,
    @Nullable String apiKey,
    UsageCount usage,
    Duration retryAfter,
    int maxConcurrency,
    boolean recordRequests) {
  public static final long SEED = 42;
  public static final Duration RETRY_AFTER = Duration.ofMillis(20);

  public SimOptions {
    models = Set.copyOf(models);
    if (port < 0 || port > 65_535) {
      throw new SettingsException("--port is %d; it must be from 0 to 65535".formatted(port));
    }
    if (maxConcurrency < 0) {
      throw new SettingsException(
          "--max-concurrency is %d; it must be 1 or more, or 0 for no limit"
              .formatted(maxConcurrency));
    }
    if (retryAfter.isNegative()) {
      throw new SettingsException("--retry-after must not be negative");
    }
  }

  /** Any port of this machine, no latency, no errors. */
  public static SimOptions defaults() {
    return new SimOptions(
        "127.0.0.1",
        0,
        SEED,
        new Latency.Fixed(Duration.ZERO),
        ErrorRates.NONE,
        Set.of(),
        null,
        UsageCount.EXACT,
        RETRY_AFTER,
        0,
        false);
  }

  public SimOptions withHost(String value) {
    return new SimOptions(
        value,
        port,
        seed,
        latency,
        errors,
        models,
        apiKey,
        usage,
        retryAfter,
        maxConcurrency,
        recordRequests);
  }

  public SimOptions withPort(int value) {
    return new SimOptions(
        host,
        value,
        seed,
        latency,
        errors,
        models,
        apiKey,
        usage,
        retryAfter,
        maxConcurrency,
        recordRequests);
  }

  public SimOptions withSeed(long value) {
    return new SimOptions(
        host,
        port,
        value,
        latency,
        errors,
        models,
        apiKey,
        usage,
        retryAfter,
        maxConcurrency,
        recordRequests);
  }

  public SimOptions withLatency(Latency value) {
    return new SimOptions(
        host,
        port,
        seed,
        value,
        errors,
        models,
        apiKey,
        usage,
        retryAfter,
        maxConcurrency,
        recordRequests);
  }

  public SimOptions withErrors(ErrorRates value) {
    return new SimOptions(
        host,
        port,
        seed,
        latency,
        value,
        models,
        apiKey,
        usage,
        retryAfter,
        maxConcurrency,
        recordRequests);
  }

  public SimOptions withModels(Set<String> value) {
    return new SimOptions(
        host,
        port,
        seed,
        latency,
        errors,
        value,
        apiKey,
        usage,
        retryAfter,
        maxConcurrency,
        recordRequests);
  }

  public SimOptions withApiKey(@Nullable String value) {
    return new SimOptions(
        host,
        port,
        seed,
        latency,
        errors,
        models,
        value,
        usage,
        retryAfter,
        maxConcurrency,
        recordRequests);
  }

  public SimOptions withUsage(UsageCount value) {
    return new SimOptions(
        host,
        port,
        seed,
        latency,
        errors,
        models,
        apiKey,
        value,
        retryAfter,
        maxConcurrency,
        recordRequests);
  }

  public SimOptions withRetryAfter(Duration value) {
    return new SimOptions(
        host,
        port,
        seed,
        latency,
        errors,
        models,
        apiKey,
        usage,
        value,
        maxConcurrency,
        recordRequests);
  }

  public SimOptions withMaxConcurrency(int value) {
    return new SimOptions(
        host,
        port,
        seed,
        latency,
        errors,
        models,
        apiKey,
        usage,
        retryAfter,
        value,
        recordRequests);
  }

  public SimOptions withRecordRequests(boolean value) {
    return new SimOptions(
        host,
        port,
        seed,
        latency,
        errors,
        models,
        apiKey,
        usage,
        retryAfter,
        maxConcurrency,
        value);
  }
}
