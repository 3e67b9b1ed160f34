package dev.nightjar.engine.core;

import dev.nightjar.batch.ChunkId;
import java.io.Serializable;

/**
 * What is to be done at a later time. It is equal to another that says the same: of one thing there
 * is at most one time.
 */
sealed interface Due extends Serializable {
  /** The batch that it goes with. */
  long batch();

  /** The calls of a stopping batch have had their time. */
  record AbortCalls(long batch) implements Due {}

  /** Chunks could not be claimed. */
  record ClaimAgain(long batch) implements Due {}

  /** A chunk could not be sealed. */
  record SealAgain(ChunkId chunk) implements Due {
    @Override
    public long batch() {
      return chunk.batch();
    }
  }

  /** A batch could not be finished. */
  record FinishAgain(long batch) implements Due {}

  /** A batch could not be expired. */
  record ExpireAgain(long batch) implements Due {}

  /** A batch could not be validated. */
  record ValidateAgain(long batch) implements Due {}

  /** A line that failed may be sent again. */
  record SendAgain(LineId line) implements Due {
    @Override
    public long batch() {
      return line.chunk().batch();
    }
  }
}
