package dev.nightjar.net;

import java.util.concurrent.TimeUnit;

/**
 * Who may be ended when the table is full: a connection that was hardly served yet is spared while
 * the listener can wait. A client that sends at once needs a few milliseconds; when connections
 * came as fast as they could, and each had 36 ms, one in twenty was reset before its answer
 * (bench/attack). The listener's thread only.
 */
final class ConnectionTurns {
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(75);

  /** Whoever was silent for so long had its turn, whatever held us up. */
  private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What each newcomer adds to the wait: 500 a second come in, whatever it costs the others. */
  private static final long NEWCOMER_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  /**
   * Who waits for a millisecond and looks again so late was held up, as all threads are by a GC.
   */
  private static final long HELD_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private long left = TURN_NANOS;
  private long lookedAt = System.nanoTime();
  private long goesOnSince = lookedAt;

  /** There is one more to make room for. */
  void newcomer(long now) {
    look(now);
    left = Math.min(TURN_NANOS, left + NEWCOMER_NANOS);
  }

  /** Whether this one, the first to go, may go now; otherwise it is to be asked again soon. */
  boolean hasHadIts(GuardedConnection first, long now) {
    left -= Math.min(HELD_UP_NANOS, look(now));
    long silent = now - first.movedAt();
    boolean had = silent >= TURN_NANOS && now - goesOnSince >= TURN_NANOS;
    return left <= 0 || (!first.isAwaitingUs() && (had || silent >= SILENT_NANOS));
  }

  void madeRoom(long now) {
    look(now);
  }

  /** How long ago the last look was. */
  private long look(long now) {
    long since = now - lookedAt;
    if (since > HELD_UP_NANOS) {
      goesOnSince = now;
    }
    lookedAt = now;
    return since;
  }
}
