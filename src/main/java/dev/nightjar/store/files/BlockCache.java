package dev.nightjar.store.files;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Blocks that were read and found good, for those who read a line at a time: one check is for all
 * lines of a block. A block replaces whichever was in its slot. Any thread may call it.
 */
final class BlockCache {
  /** Of a block each: 4 MiB at most. */
  private static final int SLOTS = 64;

  private final AtomicReferenceArray<@Nullable Block> slots = new AtomicReferenceArray<>(SLOTS);

  /**
   * The bytes of a block, never changed.
   *
   * @param reader the number of the reader that read it: another one may read another file
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares blocks.
  record Block(long reader, long number, byte[] bytes) {}

  byte @Nullable [] get(long reader, long number) {
    Block found = slots.get(slot(reader, number));
    return found != null && found.reader == reader && found.number == number ? found.bytes : null;
  }

  void put(Block block) {
    slots.set(slot(block.reader, block.number), block);
  }

  /** Neighbours of one reader are in different slots. */
  private static int slot(long reader, long number) {
    return (int) (((reader * 0x9E37_79B9_7F4A_7C15L) >>> 58) + number) & (SLOTS - 1);
  }
}
