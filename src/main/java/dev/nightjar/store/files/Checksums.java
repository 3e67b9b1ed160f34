package dev.nightjar.store.files;

import dev.nightjar.store.ObjectStore;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The checksums of an object: CRC32C of each block, the last one shorter, four bytes each, big
 * endian, behind the object's bytes in its file. The file's length alone says where they begin. One
 * thread collects them.
 */
final class Checksums {
  static final int BLOCK_BYTES = ObjectStore.BLOCK_BYTES;

  private int[] sums = new int[16];
  private int count;

  static long blocks(long objectBytes) {
    return Math.ceilDiv(objectBytes, BLOCK_BYTES);
  }

  /** How long the object in a file of this length is; -1 if no object makes a file so long. */
  static long objectBytes(long fileBytes) {
    long blocks = Math.ceilDiv(fileBytes, BLOCK_BYTES + Integer.BYTES);
    long bytes = fileBytes - blocks * Integer.BYTES;
    return blocks(bytes) == blocks ? bytes : -1;
  }

  /** Where the checksum of a block is in the file. */
  static long place(long objectBytes, long block) {
    return objectBytes + block * Integer.BYTES;
  }

  static int of(byte[] array, int offset, int length) {
    var crc = new CRC32C();
    crc.update(array, offset, length);
    return (int) crc.getValue();
  }

  void add(int sum) {
    if (count == sums.length) {
      sums = Arrays.copyOf(sums, count * 2);
    }
    sums[count] = sum;
    count++;
  }

  /** As they are in a file. */
  ByteBuffer bytes() {
    var bytes = ByteBuffer.allocate(count * Integer.BYTES);
    bytes.asIntBuffer().put(sums, 0, count);
    return bytes;
  }
}
