package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.cost.Quotas;
import dev.nightjar.engine.message.BatchStart;
import dev.nightjar.engine.message.Event;
import dev.nightjar.store.BatchStore;
import dev.nightjar.store.ChunkStore;
import dev.nightjar.store.Stores;
import dev.nightjar.validation.CustomIds;
import dev.nightjar.validation.Validation;
import dev.nightjar.validation.Validation.Slice;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the engine of batches: of all that are unfinished at the start, of new ones, and of what
 * their validation comes to. Any thread may call it.
 */
final class Arrivals {
  private final BatchStore batches;
  private final ChunkStore chunks;
  private final RunningBatches running;
  private final Validation validation;
  private final Quotas quotas;
  private final BatchEvents told;
  private final Consumer<Event> events;

  /** The last batch that was there at the start. */
  private volatile long lastFromBefore;

  /** {@code told} is told what became of a batch before the engine is. */
  Arrivals(
      Stores stores,
      RunningBatches running,
      Validation validation,
      Quotas quotas,
      BatchEvents told,
      Consumer<Event> events) {
    this.batches = stores.batches();
    this.chunks = stores.chunks();
    this.running = running;
    this.validation = validation;
    this.quotas = quotas;
    this.told = told;
    this.events = events;
  }

  void takeUp() {
    chunks.releaseChunks();
    Map<Long, Integer> unsealed = new HashMap<>();
    for (ChunkId chunk : chunks.unsealed()) {
      unsealed.merge(chunk.batch(), 1, Integer::sum);
    }
    List<Batch> unfinished = batches.unfinished();
    lastFromBefore = unfinished.isEmpty() ? 0 : unfinished.getLast().sequence();
    for (Batch batch : unfinished) {
      if (batch.status() == BatchStatus.VALIDATING) {
        submit(batch);
      } else if (batch.stamps().inProgressAt() == null) {
        events.accept(new Event.Withdrawn(batch.sequence()));
      } else {
        start(batch, unsealed.getOrDefault(batch.sequence(), 0));
      }
    }
  }

  void submit(Batch batch) {
    events.accept(
        new Event.Submitted(
            batch.sequence(),
            batch.project(),
            validation.fileBytes(batch),
            CustomIds.BLOCK_BYTES,
            batch.stamps().deadlineMillis()));
  }

  void cancelled(Batch batch) {
    long sequence = batch.sequence();
    events.accept(
        batch.stamps().inProgressAt() == null
            ? new Event.Withdrawn(sequence)
            : new Event.Stopping(sequence, batch.ending()));
  }

  void validate(long sequence) throws IOException {
    switch (validation.advance(sequence)) {
      case Slice.More() -> events.accept(new Event.SliceChecked(sequence));
      case Slice.WantsMemory(long bytes) -> events.accept(new Event.MemoryWanted(sequence, bytes));
      case Slice.Done(Batch batch, int unsealedChunks) -> validated(batch, unsealedChunks);
      case Slice.Stopped() -> events.accept(new Event.ValidationEnded(sequence));
    }
  }

  private void validated(Batch batch, int unsealedChunks) {
    if (batch.status() == BatchStatus.FAILED || batch.status() == BatchStatus.IN_PROGRESS) {
      told.changed(batch);
    }
    if (batch.stamps().inProgressAt() == null || !start(batch, unsealedChunks)) {
      events.accept(stopped(batch));
    }
  }

  /** Of one that does not start: whoever cancels one ends it. */
  static Event stopped(Batch batch) {
    return batch.status() == BatchStatus.FINALIZING
        ? new Event.ExpiredUnvalidated(batch.sequence())
        : new Event.ValidationEnded(batch.sequence());
  }

  private static int limit(@Nullable Number calls) {
    return calls == null ? 0 : calls.intValue();
  }

  /** False if it runs already. */
  private boolean start(Batch batch, int unsealedChunks) {
    var run =
        new BatchStart(
            batch.sequence(),
            batch.model() == null ? "" : batch.model(),
            batch.endpoint(),
            batch.stamps().deadlineMillis(),
            batch.counts().total(),
            unsealedChunks,
            batch.counts(),
            batch.usage(),
            batch.ending(),
            batch.sequence() <= lastFromBefore,
            limit(batch.maxInFlight()),
            batch.project(),
            limit(quotas.maxInFlight(batch.project())));
    boolean isNew = running.begin(batch);
    if (isNew) {
      events.accept(new Event.Started(run));
    }
    return isNew;
  }
}
