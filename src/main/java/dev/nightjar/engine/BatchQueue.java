package dev.nightjar.engine;

import java.util.ArrayDeque;
import java.util.Comparator;

/** Lines of one batch and model that wait for a slot, in input order. Engine thread only. */
final class BatchQueue {
  static final Comparator<BatchQueue> BY_DEADLINE =
      Comparator.comparing((BatchQueue q) -> q.batch, ActiveBatch.BY_DEADLINE);
  static final Comparator<BatchQueue> BY_SIZE =
      Comparator.<BatchQueue>comparingInt(q -> q.sizeRank)
          .thenComparingLong(q -> q.batch.run.batch());

  final ActiveBatch batch;
  final Pool pool;
  final ArrayDeque<Line> ready = new ArrayDeque<>();

  /** The batch's rank when this queue was ranked. */
  int sizeRank;

  BatchQueue(ActiveBatch batch, Pool pool) {
    this.batch = batch;
    this.pool = pool;
  }
}
