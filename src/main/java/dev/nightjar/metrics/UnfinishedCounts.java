package dev.nightjar.metrics;

import dev.nightjar.batch.BatchStatus;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How many batches there are of each unfinished state. Where there are very many, to count them
 * takes a while: the last count is good for fifty times as long. Under the lock of its page.
 */
final class UnfinishedCounts {
  private static final int SHARE = 50;

  private final Supplier<Map<BatchStatus, Long>> count;
  private final LongSupplier nanos;
  private Map<BatchStatus, Long> counts = Map.of();
  private boolean isCounted;
  private long countedNanos;
  private long goodNanos;

  UnfinishedCounts(Supplier<Map<BatchStatus, Long>> count, LongSupplier nanos) {
    this.count = count;
    this.nanos = nanos;
  }

  Map<BatchStatus, Long> now() {
    long begun = nanos.getAsLong();
    if (!isCounted || begun - countedNanos >= goodNanos) {
      counts = count.get();
      isCounted = true;
      countedNanos = nanos.getAsLong();
      goodNanos = SHARE * (countedNanos - begun);
    }
    return counts;
  }
}
