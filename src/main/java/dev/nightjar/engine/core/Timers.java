package dev.nightjar.engine.core;

import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Things to do at a later time, in order; equal times in the order they were set. Those of a batch
 * go with it. Engine thread only.
 */
final class Timers implements Serializable {
  private final TreeSet<Timer> queue = new TreeSet<>();
  private final Map<Due, Timer> timers = new HashMap<>();
  private final Map<Long, Set<Due>> byBatch = new HashMap<>();
  private long order;

  private record Timer(long atMillis, long order, Due due)
      implements Comparable<Timer>, Serializable {
    @Override
    public int compareTo(Timer other) {
      int byTime = Long.compare(atMillis, other.atMillis);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /** Instead of an earlier time of the same, if there is one. */
  void at(long millis, Due due) {
    cancel(due);
    var timer = new Timer(millis, order++, due);
    queue.add(timer);
    timers.put(due, timer);
    if (due instanceof Due.OfBatch of) {
      byBatch.computeIfAbsent(of.batch(), _ -> new HashSet<>()).add(due);
    }
  }

  /** Takes out the next whose time has come; null when there is none. */
  @Nullable Due takeDue(long now) {
    if (nextMillis() > now) {
      return null;
    }
    Due due = queue.first().due;
    cancel(due);
    return due;
  }

  private void cancel(Due due) {
    Timer timer = timers.remove(due);
    if (timer != null) {
      queue.remove(timer);
      if (due instanceof Due.OfBatch of) {
        forget(of);
      }
    }
  }

  private void forget(Due.OfBatch due) {
    Set<Due> ofBatch = byBatch.getOrDefault(due.batch(), Set.of());
    if (ofBatch.remove(due) && ofBatch.isEmpty()) {
      byBatch.remove(due.batch());
    }
  }

  /** The batch has ended. */
  void cancelAll(long batch) {
    Set.copyOf(byBatch.getOrDefault(batch, Set.of())).forEach(this::cancel);
  }

  long nextMillis() {
    return queue.isEmpty() ? Long.MAX_VALUE : queue.first().atMillis;
  }
}
