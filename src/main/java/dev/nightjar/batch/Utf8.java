package dev.nightjar.batch;

import dev.nightjar.file.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Strict UTF-8: the JSON parser lets overlong forms and surrogates pass. */
final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  /** The index of the first byte that is not UTF-8; -1 if there is none (RFC 3629). */
  static int firstInvalid(Bytes bytes) {
    byte[] array = bytes.array();
    int from = bytes.offset();
    int end = from + bytes.length();
    int i = from;
    while (i < end) {
      if (i + Long.BYTES <= end && ((long) LONGS.get(array, i) & HIGH_BITS) == 0) {
        i += Long.BYTES;
      } else if (array[i] >= 0) {
        i++;
      } else {
        int length = sequence(array, i, end);
        if (length == 0) {
          return i - from;
        }
        i += length;
      }
    }
    return -1;
  }

  /** Bytes of the multi-byte character at {@code i}; 0 if it is none. */
  private static int sequence(byte[] array, int i, int end) {
    int lead = array[i] & 0xFF;
    int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || i + length > end) {
      return 0;
    }
    int second = array[i + 1] & 0xFF;
    int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) {
      return 0;
    }
    for (int k = 2; k < length; k++) {
      if ((array[i + k] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
