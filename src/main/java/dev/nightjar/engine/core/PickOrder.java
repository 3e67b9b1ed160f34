package dev.nightjar.engine.core;

import java.io.Serializable;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which batch is next, of those that want a line sent or a chunk claimed. The order of design §6:
 * seven of eight picks go to the earliest deadline, one to the batch with the least left, so
 * neither can starve. Engine thread only.
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
    if (isEmpty()) {
      return null;
    }
    return (picks % PICKS == PICKS - 1 ? bySize : byDeadline).first().batch;
  }

  void picked() {
    picks++;
  }

  /** The one of these that would go before all of the others; null when there is none. */
  @Nullable ActiveBatch firstBefore(PickOrder others) {
    if (isEmpty() || others.isEmpty()) {
      return null;
    }
    Ranked urgent = byDeadline.first();
    if (Order.BY_DEADLINE.compare(urgent, others.byDeadline.first()) < 0) {
      return urgent.batch;
    }
    Ranked small = bySize.first();
    if (others.ranked.containsKey(small.batch)) {
      return null; // What it had left when it came there is more than it has left now.
    }
    return small.chunksLeft < others.bySize.first().chunksLeft ? small.batch : null;
  }

  /** The earliest deadline of those that are so; null when there is none. */
  @Nullable ActiveBatch first(Predicate<ActiveBatch> which) {
    for (Ranked rank : byDeadline) {
      if (which.test(rank.batch)) {
        return rank.batch;
      }
    }
    return null;
  }
}
