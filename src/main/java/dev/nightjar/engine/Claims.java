package dev.nightjar.engine;

import java.util.function.Consumer;

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

  Claims(EngineLimits limits, Consumer<Effect> effects) {
    this.limits = limits;
    this.effects = effects;
  }

  void refill(Lanes lanes) {
    for (Pool pool : lanes.all()) {
      ActiveBatch batch = pool.nextToClaim();
      while (batch != null && openChunks + claimingChunks < limits.bounds().openChunks()) {
        int lines = pool.windowLines() - pool.waiting - pool.claiming;
        claim(batch, Math.clamp(Math.ceilDiv(lines, batch.linesPerChunk()), 1, CLAIM_CHUNKS_MAX));
        batch = pool.nextToClaim();
      }
    }
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

  void opened() {
    openChunks++;
  }

  void closed() {
    openChunks--;
  }
}
