package dev.nightjar.engine.core;

import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import java.io.Serializable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the windows filled: claims chunks a little ahead of what can be sent, and those of a
 * stopping batch so that they can be closed. Part of the engine: its thread only.
 */
final class Claims implements Serializable {
  private static final int CLAIM_CHUNKS_MAX = 16;
  private static final int CLOSING_CHUNKS_MAX = 64;

  private final EngineLimits limits;
  private final Lanes lanes;
  private final Consumer<Effect> effects;
  private int openChunks;
  private int claimingChunks;
  private long unsealedBytes;
  private int sealing;

  Claims(EngineLimits limits, Lanes lanes, Consumer<Effect> effects) {
    this.limits = limits;
    this.lanes = lanes;
    this.effects = effects;
  }

  /** Too many answers wait for their chunks to be sealed: those are completed first. */
  boolean isFull() {
    return unsealedBytes >= limits.bounds().unsealedBytes();
  }

  private boolean hasRoom() {
    return openChunks + claimingChunks < limits.bounds().openChunks();
  }

  /** What keeps chunks from being claimed, in a sentence; null when nothing does. */
  @Nullable String reason() {
    if (isFull()) {
      return "%d MiB of answers wait for their chunks to be complete, and no more may"
          .formatted(unsealedBytes >> 20);
    }
    return hasRoom() ? null : "%d chunks are open, and no more may be".formatted(openChunks);
  }

  long unsealedBytes() {
    return unsealedBytes;
  }

  int openChunks() {
    return openChunks;
  }

  /** Nothing is about to be sealed: what fills it waits for something else. */
  boolean isStuck() {
    return isFull() && sealing == 0;
  }

  /** While it is full, one chunk at a time is claimed, and only if nothing is under way. */
  void refill(boolean isQuiet) {
    for (ModelQueue model : lanes.all()) {
      ActiveBatch batch = model.nextToClaim();
      while (batch != null && hasRoom() && (!isFull() || (isStuck() && isQuiet && isDry(model)))) {
        int chunks = Math.ceilDiv(model.linesWanted(), batch.linesPerChunk());
        model.claimed();
        claim(batch, isFull() ? 1 : Math.clamp(chunks, 1, CLAIM_CHUNKS_MAX));
        batch = model.nextToClaim();
      }
    }
  }

  private boolean isDry(ModelQueue model) {
    return model.window.waiting() == 0 && claimingChunks == 0;
  }

  /** Chunks of a stopping batch that never ran are claimed too, and sealed without running. */
  void closeMore(ActiveBatch batch) {
    if (batch.ending() != null
        && batch.mayClaimToClose()
        && batch.openChunks() < CLOSING_CHUNKS_MAX) {
      claim(batch, CLOSING_CHUNKS_MAX);
    }
  }

  private void claim(ActiveBatch batch, int chunksMax) {
    int chunks = batch.claim(chunksMax);
    lanes.home(batch).withdrawClaims(batch);
    claimingChunks += chunks;
    effects.accept(new Effect.Claim(batch.id(), chunks, batch.ending() != null));
  }

  /** A claim has succeeded or failed, if there was one. */
  void ended(ActiveBatch batch) {
    claimingChunks -= batch.claimEnded();
  }

  void opened(OpenChunk open) {
    openChunks++;
    unsealedBytes += open.answerBytes();
  }

  void answered(long bytes) {
    unsealedBytes += bytes;
  }

  /** From now on no line of it is answered. */
  void sealing(OpenChunk open) {
    open.sealing();
    sealing++;
  }

  /** It is sealed, or another node's. */
  void closed(OpenChunk open) {
    sealing -= open.isSealing() ? 1 : 0;
    openChunks--;
    unsealedBytes -= open.answerBytes();
    open.gone();
  }
}
