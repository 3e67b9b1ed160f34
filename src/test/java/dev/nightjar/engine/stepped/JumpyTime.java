package dev.nightjar.engine.stepped;

import dev.nightjar.time.SteadyClock;
import java.time.Instant;

/**
 * True time, which only the test knows; a machine's time that nobody sets, which stands still while
 * the machine sleeps; and the system's clock, which somebody sets.
 */
final class JumpyTime {
  private long trueMillis = Instant.parse("2026-11-20T10:00:00Z").toEpochMilli();
  private long slept;
  private long off;

  /** Since when, by true time, no clock has jumped and no process has started. */
  private long calmSince = trueMillis;

  long now() {
    return trueMillis;
  }

  Instant instant() {
    return Instant.ofEpochMilli(trueMillis);
  }

  /** What the system's clock says. */
  Instant wall() {
    return Instant.ofEpochMilli(trueMillis + off);
  }

  /** Without the time that the machine slept. */
  long awake() {
    return trueMillis - slept;
  }

  long calmSince() {
    return calmSince;
  }

  boolean isOff() {
    return off != 0;
  }

  /** That of a process that starts now. */
  SteadyClock newClock() {
    calmSince = trueMillis;
    return new SteadyClock(this::wall, () -> awake() * 1_000_000);
  }

  void advance(long millis) {
    trueMillis += millis;
  }

  void sleep(long millis) {
    trueMillis += millis;
    slept += millis;
    calmSince = trueMillis;
  }

  /** From now on the system's clock is wrong by so much. */
  void setOff(long millis) {
    off = millis;
    calmSince = trueMillis;
  }
}
