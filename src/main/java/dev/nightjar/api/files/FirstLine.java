package dev.nightjar.api.files;

import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.file.Bytes;
import java.util.Arrays;
import java.util.Optional;

/**
 * Looks at the first line of a stream that is not blank: a batch input that does not begin with a
 * JSON object is refused at once. A byte order mark passes here, as it does at OpenAI; validation
 * names it as a problem of line 1. Of a long line only the beginning is looked at.
 */
final class FirstLine {
  static final int BYTES_MAX = 256 * 1024;
  private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

  private byte[] line = new byte[512];
  private int length;
  private long number = 1;
  private long position;
  private int firstByte = -1;
  private boolean isWhole;
  private boolean isTooLong;

  /** Why a file is not taken, in the words of a batch's errors. */
  record Problem(String code, String message) {}

  void see(byte[] bytes, int offset, int count) {
    for (int i = offset; i < offset + count && !isSeen(); i++) {
      int b = bytes[i] & 0xFF;
      boolean isMark = position < BYTE_ORDER_MARK.length && b == BYTE_ORDER_MARK[(int) position];
      position++;
      if (!isMark) {
        take(b);
      }
    }
  }

  private void take(int b) {
    boolean isNewline = b == '\n';
    if (isNewline && firstByte < 0) {
      length = 0;
      number++;
      return;
    }
    boolean isBlank = isNewline || b == ' ' || b == '\t' || b == '\r';
    if (firstByte < 0 && !isBlank) {
      firstByte = b;
    }
    isWhole = isNewline;
    if (length < BYTES_MAX) {
      add(b);
    } else {
      isTooLong = firstByte >= 0;
    }
  }

  private void add(int b) {
    if (length == line.length) {
      line = Arrays.copyOf(line, Math.min(BYTES_MAX, 2 * length));
    }
    line[length++] = (byte) b;
  }

  /** Whether what follows does not matter. */
  boolean isSeen() {
    return isWhole || isTooLong;
  }

  /** What is wrong with it, once all has been seen. */
  Optional<Problem> problem() {
    if (firstByte < 0) {
      return Optional.of(new Problem("empty_file", "the file is empty"));
    }
    if (firstByte != '{') {
      return invalid("its first line does not begin a JSON object");
    }
    if (isTooLong) {
      return Optional.empty();
    }
    try {
      RequestLine.parse(new Bytes(line, 0, length));
      return Optional.empty();
    } catch (MalformedLineException e) {
      // Anything else that is wrong with it fails the batch, with all other problems of the file.
      return e.code().equals("invalid_json_line")
          ? invalid("line %d: %s".formatted(number, e.problem()))
          : Optional.empty();
    }
  }

  private static Optional<Problem> invalid(String message) {
    return Optional.of(new Problem("invalid_json_line", message));
  }
}
