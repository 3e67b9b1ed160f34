package dev.nightjar.api;

/**
 * Finds the first byte of a stream that is neither blank nor of a byte order mark. The mark passes
 * here, as it does at OpenAI; validation names it as a problem of line 1.
 */
final class FirstByte {
  static final int NONE = -1;
  private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

  private long position;
  private int found = NONE;

  void see(byte[] bytes, int offset, int count) {
    for (int i = offset; i < offset + count && found == NONE; i++) {
      int b = bytes[i] & 0xFF;
      boolean isMark = position < BYTE_ORDER_MARK.length && b == BYTE_ORDER_MARK[(int) position];
      boolean isBlank = b == ' ' || b == '\t' || b == '\r' || b == '\n';
      if (!isMark && !isBlank) {
        found = b;
      }
      position++;
    }
  }

  /** The byte, or {@link #NONE} when there was no other than those. */
  int found() {
    return found;
  }
}
