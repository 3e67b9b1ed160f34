package dev.nightjar.engine;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Things to do at a later time, in order; equal times in the order they were set. */
final class Timers {
  private final PriorityQueue<Timer> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Timer::atMillis).thenComparingLong(Timer::order));
  private long order;

  private record Timer(long atMillis, long order, Runnable action) {}

  void at(long millis, Runnable action) {
    queue.add(new Timer(millis, order++, action));
  }

  void run(long now) {
    for (Timer timer = queue.peek(); timer != null && timer.atMillis <= now; timer = queue.peek()) {
      queue.remove();
      timer.action.run();
    }
  }

  long nextMillis() {
    Timer timer = queue.peek();
    return timer == null ? Long.MAX_VALUE : timer.atMillis;
  }
}
