package dev.nightjar.engine.core;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.store.MetaStore.SealOutcome;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;

/** The life of a chunk: claimed, open, sealed or lost. Engine thread only. */
final class ChunkLife implements Serializable {
  private final ActiveBatches batches;
  private final Lanes lanes;
  private final Claims claims;
  private final Timers timers;
  private final Consumer<Effect> effects;

  ChunkLife(
      ActiveBatches batches, Lanes lanes, Claims claims, Timers timers, Consumer<Effect> effects) {
    this.batches = batches;
    this.lanes = lanes;
    this.claims = claims;
    this.timers = timers;
    this.effects = effects;
  }

  void claimed(long id, List<ClaimedChunk> chunks) {
    ActiveBatch batch = batches.get(id);
    if (batch == null) {
      chunks.forEach(chunk -> effects.accept(new Effect.Release(chunk.chunk())));
      return;
    }
    claims.ended(batch);
    batch.backoff.over();
    if (chunks.isEmpty()) {
      batch.noneLeft();
    }
    for (ClaimedChunk claimed : chunks) {
      open(batch, claimed);
    }
    lanes.home(batch).offerClaims(batch);
    claims.closeMore(batch);
  }

  private void open(ActiveBatch batch, ClaimedChunk claimed) {
    OpenChunk lost = batches.chunk(claimed.chunk().id());
    if (lost != null) {
      lose(lost); // It is ours again, and there was no word of that it was not.
    }
    OpenChunk open = batches.open(batch, claimed);
    claims.opened(open);
    open.lines().forEach(line -> lanes.queue(line.model).addLast(line));
    settle(open);
  }

  void claimFailed(long id, String reason, long now) {
    ActiveBatch batch = batches.get(id);
    if (batch != null) {
      claims.ended(batch);
      timers.at(now + batch.backoff.failed(reason), new Due.ClaimAgain(id));
    }
  }

  void claimAgain(long id) {
    ActiveBatch batch = batches.get(id);
    if (batch != null) {
      lanes.home(batch).offerClaims(batch);
      claims.closeMore(batch);
    }
  }

  /** Seals the chunk if it is time to. */
  void settle(OpenChunk open) {
    if (open.canSeal()) {
      claims.sealing(open);
      effects.accept(open.seal());
    }
  }

  void sealed(ChunkId id, SealOutcome outcome) {
    OpenChunk open = batches.chunk(id);
    if (open == null) {
      return;
    }
    ActiveBatch batch = open.batch;
    close(open);
    if (outcome != SealOutcome.FENCED) {
      batch.sealed();
    }
    if (outcome == SealOutcome.SEALED_LAST) {
      batches.finish(batch);
    }
    claims.closeMore(batch);
  }

  void sealFailed(ChunkId id, String reason, long now) {
    OpenChunk open = batches.chunk(id);
    if (open != null) {
      timers.at(now + open.backoff.failed(reason), new Due.SealAgain(id));
    }
  }

  void sealAgain(ChunkId id) {
    OpenChunk open = batches.chunk(id);
    if (open != null) {
      effects.accept(open.seal());
    }
  }

  /** The chunk is sealed, or another node's: nothing of it is left here. */
  private void close(OpenChunk open) {
    batches.closed(open);
    claims.closed(open);
    effects.accept(new Effect.Release(open.chunk));
  }

  /** Another node owns the chunk: its waiting lines are none of ours. */
  void lose(OpenChunk open) {
    if (!open.isGone()) {
      lanes.all().forEach(queue -> queue.drop(open));
      close(open);
    }
  }

  /** A batch has ended: what is still open of it was sealed by another node. */
  void loseAll(ActiveBatch batch) {
    batches.chunks(batch).forEach(this::lose);
  }
}
