package dev.nightjar.engine.core;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What is to happen at which time; time passes by going on to the next of it. */
final class VirtualTime {
  private static final long BEGIN = 1_000_000;
  private static final int ANY = -1;

  private final PriorityQueue<Moment> moments =
      new PriorityQueue<>(
          Comparator.comparingLong(Moment::atMillis).thenComparingLong(Moment::order));

  private long now = BEGIN;
  private long order;

  /** Of the process; what an earlier one was waiting for never comes. */
  private int life;

  private record Moment(long atMillis, long order, int life, Runnable action) {}

  long now() {
    return now;
  }

  /** In this life of the process. */
  void later(long millis, Runnable action) {
    moments.add(new Moment(now + millis, order++, life, action));
  }

  /** Whatever becomes of the process. */
  void world(long millis, Runnable action) {
    moments.add(new Moment(now + millis, order++, ANY, action));
  }

  /** The process has died, and begins anew. */
  void nextLife() {
    life++;
  }

  /** When the next thing happens; never if nothing does. */
  long nextMillis() {
    Moment next = moments.peek();
    return next == null ? Long.MAX_VALUE : next.atMillis;
  }

  void passTo(long millis) {
    now = Math.max(now, millis);
  }

  /** Goes on to the next; null if that is of an earlier life. */
  @Nullable Runnable next() {
    Moment next = moments.remove();
    passTo(next.atMillis);
    return next.life == life || next.life == ANY ? next.action : null;
  }
}
