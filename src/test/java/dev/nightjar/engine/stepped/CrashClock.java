package dev.nightjar.engine.stepped;

import dev.nightjar.testing.TestClocks;
import dev.nightjar.time.SteadyClock;
import java.time.Instant;
import java.time.InstantSource;

/** Time that moves when somebody moves it. */
final class CrashClock implements InstantSource {
  private Instant now = Instant.parse("2026-11-20T10:00:00Z");

  /** One for all lives: what a start and a jump do is not seen here. */
  private final SteadyClock steady = TestClocks.settled(this);

  SteadyClock steady() {
    return steady;
  }

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
