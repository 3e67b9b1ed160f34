package dev.nightjar.batch;

import java.io.Serializable;

/**
 * Names a chunk.
 *
 * @param batch the batch's sequence number
 * @param number the chunk's place in its batch, from 0
 */
public record ChunkId(long batch, int number) implements Comparable<ChunkId>, Serializable {
  @Override
  public int compareTo(ChunkId other) {
    int byBatch = Long.compare(batch, other.batch);
    return byBatch != 0 ? byBatch : Integer.compare(number, other.number);
  }

  @Override
  public String toString() {
    return batch + "/" + number;
  }
}
