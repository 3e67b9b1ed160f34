package dev.nightjar.engine;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Finds custom_ids that occur twice, in 8 bytes a line: a seeded hash of each, sorted at the end.
 * Equal hashes are only a suspicion, which the caller settles by reading those ids again.
 */
final class CustomIds {
  private final long seed;
  private final long mask;
  private long[] hashes = new long[1_024];
  private int count;

  CustomIds(long seed) {
    this(seed, -1);
  }

  /** Keeps only the masked bits of each hash: how a test has collisions. */
  CustomIds(long seed, long mask) {
    this.seed = seed;
    this.mask = mask;
  }

  void add(String customId) {
    if (count == hashes.length) {
      hashes = Arrays.copyOf(hashes, count + (count >> 1));
    }
    hashes[count++] = hash(customId);
  }

  /**
   * What looks repeated.
   *
   * @param hashes that occur more than once, as many as were asked for
   * @param others how often a hash that is not among them occurred again
   */
  record Repeated(Set<Long> hashes, long others) {}

  /** Hashes that occur more than once, {@code max} at the most. Call once, at the end. */
  Repeated repeated(int max) {
    Arrays.sort(hashes, 0, count);
    var repeated = new HashSet<Long>();
    long others = 0;
    for (int i = 1; i < count; i++) {
      if (hashes[i] == hashes[i - 1]) {
        if (repeated.size() < max || repeated.contains(hashes[i])) {
          repeated.add(hashes[i]);
        } else {
          others++;
        }
      }
    }
    return new Repeated(repeated, others);
  }

  /** FNV-1a over the characters from a secret seed, then a full mix (SplitMix64's finalizer). */
  long hash(String customId) {
    long h = seed;
    for (int i = 0; i < customId.length(); i++) {
      h = (h ^ customId.charAt(i)) * 0x100000001B3L;
      h ^= h >>> 29;
    }
    h = (h ^ (h >>> 30)) * 0xBF58476D1CE4E5B9L;
    h = (h ^ (h >>> 27)) * 0x94D049BB133111EBL;
    return (h ^ (h >>> 31)) & mask;
  }
}
