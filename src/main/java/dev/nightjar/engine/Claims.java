package dev.nightjar.engine;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the windows filled: claims chunks a little ahead of what can be sent, and those of a
 * stopping batch so that they can be closed. Part of the engine: its thread only.
 */
final class Claims {
  private static final int CLAIM_CHUNKS_MAX = 16;
  private static final int CLOSING_CHUNKS_MAX = 64;

  private final EngineLimits limits;
  private final Consumer<Effect> effects;
  private int openChunks;
  private int claimingChunks;
  private long unsealedBytes;
  private int sealing;

  Claims(EngineLimits limits, Consumer<Effect> effects) {
    this.limits = limits;
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
  void refill(Lanes lanes, boolean isQuiet) {
    for (Pool pool : lanes.all()) {
      ActiveBatch batch = pool.nextToClaim();
      while (batch != null && hasRoom() && (!isFull() || (isStuck() && isQuiet && isDry(pool)))) {
        int lines = pool.windowLines() - pool.waiting - pool.claiming;
        int chunks = Math.clamp(Math.ceilDiv(lines, batch.linesPerChunk()), 1, CLAIM_CHUNKS_MAX);
        claim(batch, isFull() ? 1 : chunks);
        batch = pool.nextToClaim();
      }
    }
  }

  private boolean isDry(Pool pool) {
    return pool.waiting == 0 && claimingChunks == 0;
  }

  /** Chunks of a stopping batch that never ran are claimed too, and sealed without running. */
  void closeMore(ActiveBatch batch) {
    if (batch.ending != null
        && !batch.isClaiming
        && batch.unclaimedChunks > 0
        && batch.openChunks.size() < CLOSING_CHUNKS_MAX) {
      claim(batch, CLOSING_CHUNKS_MAX);
    }
  }

  private void claim(ActiveBatch batch, int chunksMax) {
    int chunks = Math.min(chunksMax, batch.unclaimedChunks);
    batch.home.withdrawClaims(batch);
    batch.isClaiming = true;
    batch.claimingChunks = chunks;
    batch.home.claiming += chunks * batch.linesPerChunk();
    claimingChunks += chunks;
    effects.accept(new Effect.Claim(batch.run.batch(), chunks, batch.ending != null));
  }

  /** A claim has succeeded or failed. */
  void ended(ActiveBatch batch) {
    batch.isClaiming = false;
    batch.home.claiming -= batch.claimingChunks * batch.linesPerChunk();
    claimingChunks -= batch.claimingChunks;
  }

  void opened(OpenChunk open, long heldBytes) {
    openChunks++;
    answered(open, heldBytes);
  }

  void answered(OpenChunk open, long bytes) {
    open.answerBytes += bytes;
    unsealedBytes += bytes;
  }

  /** From now on no line of it is answered: it is being sealed, or another node's. */
  void sealing(OpenChunk open) {
    open.isSealing = true;
    sealing++;
  }

  void closed(OpenChunk open) {
    sealing--;
    openChunks--;
    unsealedBytes -= open.answerBytes;
  }
}
