package dev.nightjar.sim;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the simulated server behaves.
 *
 * @param models the only ones it has; empty: it lists none and answers any
 * @param apiKey the key it wants; null for none
 * @param isUsageExact usage counted by a real tokenizer, else text bytes ÷ 4
 * @param maxConcurrency calls at a time; more get a 503
 * @param recordsRequests whether it remembers how often it saw each X-Request-Id (tests only: the
 *     memory for that is not bounded)
 */
public record SimOptions(
    String host,
    int port,
    Latency latency,
    ErrorMix errors,
    long seed,
    Set<String> models,
    @Nullable String apiKey,
    boolean isUsageExact,
    Duration retryAfter,
    int maxConcurrency,
    boolean recordsRequests) {
  public SimOptions {
    models = Set.copyOf(models);
  }

  public static SimOptions defaults() {
    return new SimOptions(
        "127.0.0.1",
        0,
        new Latency.Fixed(Duration.ZERO),
        ErrorMix.NONE,
        42,
        Set.of(),
        null,
        true,
        Duration.ofMillis(20),
        Integer.MAX_VALUE,
        false);
  }

  public SimOptions withLatency(String text) {
    return new SimOptions(
        host,
        port,
        Latency.parse(text),
        errors,
        seed,
        models,
        apiKey,
        isUsageExact,
        retryAfter,
        maxConcurrency,
        recordsRequests);
  }

  public SimOptions withErrors(String text) {
    return new SimOptions(
        host,
        port,
        latency,
        ErrorMix.parse(text),
        seed,
        models,
        apiKey,
        isUsageExact,
        retryAfter,
        maxConcurrency,
        recordsRequests);
  }

  public SimOptions withSeed(long newSeed) {
    return new SimOptions(
        host,
        port,
        latency,
        errors,
        newSeed,
        models,
        apiKey,
        isUsageExact,
        retryAfter,
        maxConcurrency,
        recordsRequests);
  }

  public SimOptions withModels(Set<String> names) {
    return new SimOptions(
        host,
        port,
        latency,
        errors,
        seed,
        names,
        apiKey,
        isUsageExact,
        retryAfter,
        maxConcurrency,
        recordsRequests);
  }

  public SimOptions withApiKey(String key) {
    return new SimOptions(
        host,
        port,
        latency,
        errors,
        seed,
        models,
        key,
        isUsageExact,
        retryAfter,
        maxConcurrency,
        recordsRequests);
  }

  /** Usage by bytes: cheap enough for benchmarks. */
  public SimOptions withFastUsage() {
    return new SimOptions(
        host,
        port,
        latency,
        errors,
        seed,
        models,
        apiKey,
        false,
        retryAfter,
        maxConcurrency,
        recordsRequests);
  }

  public SimOptions recording() {
    return new SimOptions(
        host,
        port,
        latency,
        errors,
        seed,
        models,
        apiKey,
        isUsageExact,
        retryAfter,
        maxConcurrency,
        true);
  }
}
