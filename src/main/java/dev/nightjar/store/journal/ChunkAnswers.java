package dev.nightjar.store.journal;

import java.util.Arrays;
import java.util.BitSet;

/** Where the first answer of each line of one chunk is. Guarded by the journal's lock. */
final class ChunkAnswers {
  private static final int LINES_AT_FIRST = 16;

  /** The only one that may append; 0 until the chunk is taken. */
  private long epoch;

  private int doubles;

  /** Segment number and position by line; 0 for none: the first segment has number 1. */
  private long[] places = new long[LINES_AT_FIRST];

  private int[] lengths = new int[LINES_AT_FIRST];

  void take(long newEpoch) {
    epoch = Math.max(epoch, newEpoch);
  }

  boolean isOwnedBy(long other) {
    return epoch == other;
  }

  /** The first answer of a line wins (rule R3). */
  void add(int line, int segment, long position, int length) {
    if (line >= places.length) {
      int size = Math.max(line + 1, places.length * 2);
      places = Arrays.copyOf(places, size);
      lengths = Arrays.copyOf(lengths, size);
    }
    if (places[line] == 0) {
      places[line] = ((long) segment << Integer.SIZE) | position;
      lengths[line] = length;
    } else {
      doubles++;
    }
  }

  BitSet lines() {
    var lines = new BitSet(places.length);
    for (int i = 0; i < places.length; i++) {
      lines.set(i, places[i] != 0);
    }
    return lines;
  }

  /** To read from without the lock. */
  ChunkAnswers copy() {
    var copy = new ChunkAnswers();
    copy.epoch = epoch;
    copy.doubles = doubles;
    copy.places = places.clone();
    copy.lengths = lengths.clone();
    return copy;
  }

  int doubles() {
    return doubles;
  }

  int segment(int line) {
    return (int) (places[line] >>> Integer.SIZE);
  }

  long position(int line) {
    return places[line] & 0xFFFF_FFFFL;
  }

  int length(int line) {
    return lengths[line];
  }
}
