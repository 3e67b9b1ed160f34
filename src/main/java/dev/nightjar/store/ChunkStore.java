package dev.nightjar.store;

import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.file.Manifest;
import java.util.List;

/** Holds the chunks of batches that have not ended, under the rules of {@link Stores}. */
public interface ChunkStore {
  /** Gives back all open chunks of this node, which has just started and knows of none. */
  void releaseChunks();

  /**
   * Gives back this node's open chunks of a batch behind the one with this number: after a claim of
   * unknown outcome, which has its next chunks or has none.
   */
  void releaseChunks(long batch, int after);

  /**
   * The next waiting chunks in order, now owned by this node: epoch + 1, open. At most {@code max}.
   */
  List<Chunk> claim(long batch, int max);

  /** Chunks of unfinished batches that are not sealed; what the answer log must keep. */
  List<ChunkId> unsealed();

  /**
   * Marks a chunk sealed and charges its counts and usage, in one transaction, if {@code epoch} is
   * still the current one and this node's. The last chunk of a running batch moves it to {@code
   * finalizing} in the same transaction. A chunk that this epoch has sealed already is answered as
   * the first time.
   */
  SealOutcome seal(Seal seal);

  /** The objects of the sealed chunks of an unfinished batch: what its files will consist of. */
  List<Manifest.Piece> sealedObjects(long batch);

  /**
   * What a sealed chunk holds. Objects of no bytes do not exist.
   *
   * @param completed lines in the output object
   * @param failed lines in the error object that were executed
   */
  record Seal(
      ChunkId chunk,
      long epoch,
      long outputBytes,
      long errorBytes,
      long completed,
      long failed,
      Usage usage) {}

  enum SealOutcome {
    SEALED,
    /** Sealed, and no chunk of the batch is left: it can be finished. */
    SEALED_LAST,
    /** The chunk has changed hands: this epoch's objects are orphans. */
    FENCED
  }
}
