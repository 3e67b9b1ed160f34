package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.engine.message.Event;
import dev.nightjar.store.BatchStore;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is done for effects on the workers' threads. Each ends with its event, or throws. If the
 * process dies in the middle, it is done again after the start.
 */
final class EffectWork {
  private static final System.Logger LOG = System.getLogger(EffectWork.class.getName());

  private final BatchStore batches;
  private final Steps steps;
  private final RunningBatches running;
  private final WorkFigures workFigures;
  private final Consumer<Event> events;

  /** What is done to chunks, and to a batch at its end. */
  record Steps(ChunkLoader loader, ChunkSealer sealer, Finisher finisher) {}

  EffectWork(
      BatchStore batches,
      Steps steps,
      RunningBatches running,
      WorkFigures workFigures,
      Consumer<Event> events) {
    this.batches = batches;
    this.steps = steps;
    this.running = running;
    this.workFigures = workFigures;
    this.events = events;
  }

  void claim(long batch, int max, boolean isClosing) throws IOException {
    var claimed = steps.loader.claim(running.get(batch), max, isClosing);
    events.accept(new Event.Claimed(batch, claimed));
  }

  void seal(Chunk chunk, @Nullable Ending ending) throws IOException {
    RunningBatch batch = running.get(chunk.id().batch());
    long begun = System.nanoTime();
    var outcome = steps.sealer.seal(batch, chunk, ending);
    workFigures.seals().add(System.nanoTime() - begun);
    events.accept(new Event.Sealed(chunk, outcome));
  }

  /** {@code told} is told of the end before the engine is. */
  void finish(long sequence, BatchEvents told) throws IOException {
    told.changed(steps.finisher.finish(sequence));
    events.accept(new Event.Finished(sequence));
    cleanUp(sequence);
  }

  /** What is left once the end is stored: none of it can undo that. */
  private void cleanUp(long sequence) {
    running.end(sequence);
    try {
      steps.sealer.cleanUpAgain();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "cleaning up after batch " + sequence, e);
    }
  }

  void expire(long sequence, BatchEvents told) {
    Batch batch = batches.expire(sequence);
    if (batch.status() == BatchStatus.FINALIZING) {
      told.changed(batch);
    }
    Ending ending = batch.status() == BatchStatus.IN_PROGRESS ? null : batch.ending();
    events.accept(
        batch.stamps().inProgressAt() == null
            ? Arrivals.stopped(batch)
            : new Event.Stopping(sequence, ending));
  }
}
