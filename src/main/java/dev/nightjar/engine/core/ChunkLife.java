package dev.nightjar.engine.core;

import dev.nightjar.batch.Chunk;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.store.ChunkStore.SealOutcome;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The life of a chunk: claimed, open, sealed or lost; and of its input, which outlives it as long
 * as somebody reads it. Engine thread only.
 */
final class ChunkLife implements Serializable {
  private final ActiveBatches batches;
  private final Lanes lanes;
  private final Claims claims;
  private final Timers timers;
  private final Consumer<Effect> effects;

  /** Those of which a seal is under way. */
  private final Map<Chunk, OpenChunk> sealing = new HashMap<>();

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
      chunks.forEach(claimed -> effects.accept(new Effect.CloseInput(claimed.chunk())));
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
    open.lines().forEach(line -> lanes.queue(line.model).add(line));
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

  /** Seals the chunk if it is time to; of one that is gone, closes what nobody reads any more. */
  void settle(OpenChunk open) {
    if (open.canSeal()) {
      claims.sealing(open);
      seal(open);
    }
    closeInput(open);
  }

  private void seal(OpenChunk open) {
    sealing.put(open.chunk, open);
    effects.accept(open.seal());
  }

  /** The one whose seal has ended; null if it is not ours any more. */
  private @Nullable OpenChunk sealEnded(Chunk chunk) {
    OpenChunk open = sealing.remove(chunk);
    if (open != null && open.isGone()) {
      closeInput(open);
      return null;
    }
    return open;
  }

  private void closeInput(OpenChunk open) {
    if (open.isGone() && !sealing.containsKey(open.chunk) && open.closeInput()) {
      effects.accept(new Effect.CloseInput(open.chunk));
    }
  }

  void sealed(Chunk chunk, SealOutcome outcome) {
    OpenChunk open = sealEnded(chunk);
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

  void sealFailed(Chunk chunk, String reason, long now) {
    OpenChunk open = sealEnded(chunk);
    if (open != null) {
      timers.at(now + open.backoff.failed(reason), new Due.SealAgain(chunk));
    }
  }

  void sealAgain(Chunk chunk) {
    OpenChunk open = batches.chunk(chunk.id());
    if (open != null && open.chunk.epoch() == chunk.epoch()) {
      seal(open);
    }
  }

  /** The chunk is sealed, or another node's: nothing of it is left here. */
  private void close(OpenChunk open) {
    batches.closed(open);
    claims.closed(open);
    closeInput(open);
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
