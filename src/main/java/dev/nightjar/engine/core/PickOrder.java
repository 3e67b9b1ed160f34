package dev.nightjar.engine.core;

import java.io.Serializable;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which batch is next, of those that want a line sent or a chunk claimed. The order of
 * docs/design.md#order-among-batches: seven of eight picks go to the earliest deadline, one to the
 * batch with the least left, so neither can starve. Those that are held are passed over. Engine
 * thread only.
 */
final class PickOrder implements Serializable {
  private static final int PICKS = 8;

  private final Map<ActiveBatch, Ranked> ranked = new HashMap<>();
  private final TreeSet<Ranked> byDeadline = new TreeSet<>(Order.BY_DEADLINE);
  private final TreeSet<Ranked> bySize = new TreeSet<>(Order.BY_SIZE);
  private int picks;

  /** A batch and what it had left when it came here. */
  private record Ranked(ActiveBatch batch, int chunksLeft) implements Serializable {}

  private enum Order implements Comparator<Ranked> {
    BY_DEADLINE {
      @Override
      public int compare(Ranked one, Ranked other) {
        return ActiveBatch.Order.BY_DEADLINE.compare(one.batch, other.batch);
      }
    },
    BY_SIZE {
      @Override
      public int compare(Ranked one, Ranked other) {
        int bySize = Integer.compare(one.chunksLeft, other.chunksLeft);
        return bySize != 0 ? bySize : Long.compare(one.batch.id(), other.batch.id());
      }
    }
  }

  /** One that is here already keeps its place. */
  void add(ActiveBatch batch) {
    if (!ranked.containsKey(batch)) {
      var rank = new Ranked(batch, batch.unsealedChunks());
      ranked.put(batch, rank);
      byDeadline.add(rank);
      bySize.add(rank);
    }
  }

  void remove(ActiveBatch batch) {
    Ranked rank = ranked.remove(batch);
    if (rank != null) {
      byDeadline.remove(rank);
      bySize.remove(rank);
    }
  }

  boolean isEmpty() {
    return ranked.isEmpty();
  }

  /** The next one until {@link #picked}; null when there is none. */
  @Nullable ActiveBatch next() {
    return next(_ -> true);
  }

  /** The same of those that are so. */
  @Nullable ActiveBatch next(Predicate<ActiveBatch> which) {
    return batch(first(picks % PICKS == PICKS - 1 ? bySize : byDeadline, which));
  }

  void picked() {
    picks++;
  }

  /** The one of these that would go before all of the others; null when there is none. */
  @Nullable ActiveBatch firstBefore(PickOrder others) {
    Ranked urgent = first(byDeadline, _ -> true);
    Ranked small = first(bySize, _ -> true);
    Ranked urgentOther = first(others.byDeadline, _ -> true);
    Ranked smallOther = first(others.bySize, _ -> true);
    if (urgent == null || small == null || urgentOther == null || smallOther == null) {
      return null;
    }
    if (Order.BY_DEADLINE.compare(urgent, urgentOther) < 0) {
      return urgent.batch;
    }
    if (others.ranked.containsKey(small.batch)) {
      return null; // What it had left when it came there is more than it has left now.
    }
    return small.chunksLeft < smallOther.chunksLeft ? small.batch : null;
  }

  /** The earliest deadline of those that are so; null when there is none. */
  @Nullable ActiveBatch first(Predicate<ActiveBatch> which) {
    return batch(first(byDeadline, which));
  }

  private static @Nullable Ranked first(Set<Ranked> order, Predicate<ActiveBatch> which) {
    for (Ranked rank : order) {
      if (!rank.batch.isHeld() && which.test(rank.batch)) {
        return rank;
      }
    }
    return null;
  }

  private static @Nullable ActiveBatch batch(@Nullable Ranked rank) {
    return rank == null ? null : rank.batch;
  }
}
