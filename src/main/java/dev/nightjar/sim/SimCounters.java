package dev.nightjar.sim;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts the inference requests of a simulated server. Safe for use by many threads. */
public final class SimCounters {
  private final LongAdder received = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger peak = new AtomicInteger();
  private final Map<String, Integer> seen = new ConcurrentHashMap<>();
  private final Map<String, Integer> worked = new ConcurrentHashMap<>();
  private final boolean isRecording;

  SimCounters(boolean isRecording) {
    this.isRecording = isRecording;
  }

  /** How many requests there are now, this one included. */
  int begin(@Nullable String requestId) {
    received.increment();
    if (isRecording && requestId != null) {
      seen.merge(requestId, 1, Integer::sum);
    }
    int now = inFlight.incrementAndGet();
    if (now > peak.get()) {
      peak.accumulateAndGet(now, Math::max);
    }
    return now;
  }

  /** A whole, valid answer is made, and goes out once its time has passed. */
  void work(@Nullable String requestId) {
    if (isRecording && requestId != null) {
      worked.merge(requestId, 1, Integer::sum);
    }
  }

  void answer() {
    answered.increment();
  }

  void end() {
    inFlight.decrementAndGet();
  }

  /** All inference requests, failed ones too. */
  public long received() {
    return received.sum();
  }

  /** Those that were sent a whole, valid answer with status 200. */
  public long answered() {
    return answered.sum();
  }

  public int inFlight() {
    return inFlight.get();
  }

  /** The most that were in flight at once. */
  public int peakInFlight() {
    return peak.get();
  }

  /** How often each {@code X-Request-Id} came, if the options asked to record that. */
  public Map<String, Integer> seen() {
    return Map.copyOf(seen);
  }

  /**
   * How often each {@code X-Request-Id} was worked on for a whole, valid answer, whether or not
   * anyone was left to take it: what a model would have been paid for. Simulated errors are not
   * among them, so that more than once means that the caller asked again for what was done.
   */
  public Map<String, Integer> worked() {
    return Map.copyOf(worked);
  }
}
