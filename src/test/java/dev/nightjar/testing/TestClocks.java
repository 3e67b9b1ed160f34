package dev.nightjar.testing;

import dev.nightjar.time.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** Steady clocks of tests whose time moves when somebody moves it, and never jumps. */
public final class TestClocks {
  /** What time it was when this thread last asked how much has passed. */
  private static final ThreadLocal<Instant> LOOKED = new ThreadLocal<>();

  private TestClocks() {}

  /** As after a start. */
  public static SteadyClock steady(InstantSource time) {
    // Both from one look, since another thread may move the time at any moment.
    return new SteadyClock(
        LOOKED::get,
        () -> {
          LOOKED.set(time.instant());
          return LOOKED.get().toEpochMilli() * 1_000_000;
        });
  }

  /** As a long time after it. */
  public static SteadyClock settled(InstantSource time) {
    var since = new AtomicReference<>(Duration.ofHours(3));
    SteadyClock clock = steady(() -> time.instant().minus(since.get()));
    since.set(Duration.ZERO);
    return clock;
  }
}
