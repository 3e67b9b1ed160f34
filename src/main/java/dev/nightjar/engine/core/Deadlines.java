package dev.nightjar.engine.core;

import dev.nightjar.engine.message.Event;
import java.io.Serializable;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The batches that have a deadline. The engine's time only measures: what time it is, by the clock
 * that deadlines are told in, it is told. Engine thread only.
 */
final class Deadlines implements Serializable {
  private final TreeSet<ActiveBatch> batches = new TreeSet<>(ActiveBatch.Order.BY_DEADLINE);

  /** Those of an earlier process, while the time may be wrong since the start of this one. */
  private final Set<ActiveBatch> held = new HashSet<>();

  private long aheadMillis;
  private boolean isConfirmed = true;

  void clock(Event.ClockSet clock) {
    aheadMillis = clock.aheadMillis();
    isConfirmed = clock.isConfirmed();
    if (isConfirmed) {
      batches.addAll(held);
      held.clear();
    }
  }

  void add(ActiveBatch batch) {
    if (batch.run.deadlineMillis() != Long.MAX_VALUE) {
      (isConfirmed || !batch.run.isFromBefore() ? batches : held).add(batch);
    }
  }

  void remove(ActiveBatch batch) {
    batches.remove(batch);
    held.remove(batch);
  }

  /** Takes out one whose deadline has passed; null if there is none. */
  @Nullable ActiveBatch takeDue(long now) {
    return nextMillis() <= now ? batches.pollFirst() : null;
  }

  /** Of one that is not among these. Not while the time may be wrong since the start. */
  boolean hasPassed(long deadlineMillis, long now) {
    return isConfirmed && leftMillis(deadlineMillis, now) <= 0;
  }

  long leftMillis(long deadlineMillis, long now) {
    return deadlineMillis == Long.MAX_VALUE ? Long.MAX_VALUE : deadlineMillis - aheadMillis - now;
  }

  long nextMillis() {
    return batches.isEmpty() ? Long.MAX_VALUE : batches.first().run.deadlineMillis() - aheadMillis;
  }
}
