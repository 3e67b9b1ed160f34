package dev.nightjar.engine.core;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Something that our own machine fails at, such as an object that cannot be read: why, and how long
 * to wait before it is tried again. It is tried for as long as it takes. Engine thread only.
 */
final class Backoff implements Serializable {
  private static final long WAIT_MIN_MILLIS = 1_000;
  private static final long WAIT_MAX_MILLIS = 60_000;
  private static final int DOUBLINGS_MAX = 6;

  private int failures;
  private @Nullable String reason;

  /** Notes a failure; how long to wait, longer from time to time. */
  long failed(String why) {
    reason = why;
    return wait(failures++);
  }

  /** How long to wait after so many failures before this one. */
  static long wait(int failuresBefore) {
    return Math.min(WAIT_MAX_MILLIS, WAIT_MIN_MILLIS << Math.min(failuresBefore, DOUBLINGS_MAX));
  }

  void over() {
    failures = 0;
    reason = null;
  }

  /** In a sentence; null while all is well. */
  @Nullable String reason() {
    return reason;
  }
}
