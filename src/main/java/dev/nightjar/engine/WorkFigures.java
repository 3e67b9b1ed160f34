package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.engine.BatchEvents.BatchEvent;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Sums that the engine's other threads keep, since the start of the process. Any thread. */
public final class WorkFigures implements BatchEvents.Listener {
  private final Timed appends = new Timed();
  private final LongAdder appendedAnswers = new LongAdder();
  private final Timed seals = new Timed();
  private final LongAdder doubleAnswers = new LongAdder();
  private final Map<BatchStatus, LongAdder> ended = new EnumMap<>(BatchStatus.class);

  /** How often something was done, and how long all that took. */
  public static final class Timed {
    private final LongAdder count = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    void add(long moreNanos) {
      count.increment();
      nanos.add(moreNanos);
    }

    public long count() {
      return count.sum();
    }

    public long nanos() {
      return nanos.sum();
    }
  }

  WorkFigures() {
    for (BatchStatus status : BatchStatus.values()) {
      if (status.isTerminal()) {
        ended.put(status, new LongAdder());
      }
    }
  }

  void appended(int answers, long nanos) {
    appends.add(nanos);
    appendedAnswers.add(answers);
  }

  void doubles(int count) {
    doubleAnswers.add(count);
  }

  @Override
  public void tell(BatchEvent event) {
    switch (event) {
      case BatchEvent.Changed(Batch batch) -> {
        LongAdder sum = ended.get(batch.status());
        if (sum != null) {
          sum.increment();
        }
      }
    }
  }

  /** Groups of answers made durable. */
  public Timed appends() {
    return appends;
  }

  public long appendedAnswers() {
    return appendedAnswers.sum();
  }

  /** Chunks sealed. */
  public Timed seals() {
    return seals;
  }

  /** Answers of lines that had one already: paid for and not used. */
  public long doubleAnswers() {
    return doubleAnswers.sum();
  }

  /** Batches that reached this terminal status. */
  public long ended(BatchStatus status) {
    LongAdder sum = ended.get(status);
    return sum == null ? 0 : sum.sum();
  }
}
