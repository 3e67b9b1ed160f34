package dev.nightjar.engine.core;

import dev.nightjar.batch.Chunk;
import dev.nightjar.engine.message.LineId;
import java.io.Serializable;

/**
 * What is to be done at a later time. It is equal to another that says the same: of one thing there
 * is at most one time.
 */
sealed interface Due extends Serializable {
  /** It goes with a batch. */
  sealed interface OfBatch extends Due {
    long batch();
  }

  /** An upstream is to be asked which models it has. */
  record ListModels(int upstream) implements Due {}

  /** The calls of a stopping batch have had their time. */
  record AbortCalls(long batch) implements OfBatch {}

  /** Chunks could not be claimed. */
  record ClaimAgain(long batch) implements OfBatch {}

  /** A chunk could not be sealed. */
  record SealAgain(Chunk chunk) implements OfBatch {
    @Override
    public long batch() {
      return chunk.id().batch();
    }
  }

  /** A batch could not be finished. */
  record FinishAgain(long batch) implements OfBatch {}

  /** A batch could not be expired. */
  record ExpireAgain(long batch) implements OfBatch {}

  /** A batch could not be validated. */
  record ValidateAgain(long batch) implements OfBatch {}

  /** A line that failed may be sent again. */
  record SendAgain(LineId line) implements OfBatch {
    @Override
    public long batch() {
      return line.chunk().batch();
    }
  }
}
