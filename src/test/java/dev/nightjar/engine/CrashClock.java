package dev.nightjar.engine;

import java.time.Instant;
import java.time.InstantSource;

/** Time that moves when somebody moves it. */
final class CrashClock implements InstantSource {
  private Instant now = Instant.parse("2026-11-20T10:00:00Z");

  @Override
  public Instant instant() {
    return now;
  }

  void advanceTo(long epochMillis) {
    Instant then = Instant.ofEpochMilli(epochMillis);
    if (then.isAfter(now)) {
      now = then;
    }
  }
}
