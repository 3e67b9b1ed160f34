package dev.nightjar.engine.message;

import dev.nightjar.batch.ChunkId;
import java.io.Serializable;

/**
 * Names a line of a chunk that is or was open here.
 *
 * @param epoch of the chunk: what is said of its line under another owner is not said of ours
 * @param index the line's place in its chunk, from 0, blank lines not counted
 */
public record LineId(ChunkId chunk, long epoch, int index) implements Serializable {
  @Override
  public String toString() {
    return chunk + ":" + index;
  }
}
