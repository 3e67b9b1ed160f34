package dev.nightjar.validation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds custom_ids that occur twice, in 8 bytes a line: a seeded hash of each, sorted at the end in
 * sixteen parts. Equal hashes are only a suspicion, which the caller settles by reading those ids
 * again.
 */
public final class CustomIds {
  /** What is taken of memory at a time, from the first id on. */
  public static final long BLOCK_BYTES = 512 * 1024;

  private static final int BLOCK = (int) (BLOCK_BYTES / Long.BYTES);
  private static final int FIRST_BLOCK_AT_FIRST = 1_024;

  /** Each sorts a part by itself, so that sorting needs a sixteenth of the memory once more. */
  private static final int PARTS_SHIFT = 4;

  private final long seed;
  private final long mask;
  private final List<long[]> blocks = new ArrayList<>();
  private long[] last = new long[0];
  private int inLast;

  /** The part that is sorted. */
  private long[] hashes = new long[0];

  private long count;

  public CustomIds(long seed) {
    this(seed, -1);
  }

  /** Keeps only the masked bits of each hash: how a test has collisions. */
  CustomIds(long seed, long mask) {
    this.seed = seed;
    this.mask = mask;
  }

  /** Whether the next id begins a new piece of memory. */
  boolean needsBlock() {
    return count == (long) blocks.size() * BLOCK;
  }

  public void add(String customId) {
    if (needsBlock()) {
      last = new long[blocks.isEmpty() ? FIRST_BLOCK_AT_FIRST : BLOCK];
      inLast = 0;
      blocks.add(last);
    } else if (inLast == last.length) {
      last = Arrays.copyOf(last, Math.min(last.length * 2, BLOCK));
      blocks.set(0, last);
    }
    last[inLast++] = hash(customId);
    count++;
  }

  /**
   * What looks repeated.
   *
   * @param hashes that occur more than once, as many as were asked for
   * @param others how often a hash that is not among them occurred again
   */
  public record Repeated(Set<Long> hashes, long others) {}

  /** Hashes that occur more than once, {@code max} at the most. Call once, at the end. */
  public Repeated repeated(int max) {
    var repeated = new HashSet<Long>();
    long others = 0;
    hashes = new long[(int) (count >> PARTS_SHIFT)];
    for (long part = 0; part < 1 << PARTS_SHIFT; part++) {
      int size = gather(part);
      Arrays.sort(hashes, 0, size);
      for (int i = 1; i < size; i++) {
        if (hashes[i] == hashes[i - 1]) {
          if (repeated.size() < max || repeated.contains(hashes[i])) {
            repeated.add(hashes[i]);
          } else {
            others++;
          }
        }
      }
    }
    return new Repeated(repeated, others);
  }

  /** Puts those whose first bits are these together: equal ones are in the same part. */
  private int gather(long part) {
    int size = 0;
    for (int b = 0; b < blocks.size(); b++) {
      long[] block = blocks.get(b);
      int inBlock = b == blocks.size() - 1 ? inLast : BLOCK;
      for (int i = 0; i < inBlock; i++) {
        if (block[i] >>> (Long.SIZE - PARTS_SHIFT) == part) {
          if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, (int) Math.min(count, size + (size >> 3) + 64));
          }
          hashes[size++] = block[i];
        }
      }
    }
    return size;
  }

  /** FNV-1a over the characters from a secret seed, then a full mix (SplitMix64's finalizer). */
  public long hash(String customId) {
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
