package dev.nightjar.validation;

import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.file.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Looks at how a stream begins: what is compressed, in another encoding or in another shape is said
 * so at once, and not line by line. A byte order mark passes here, as it does at OpenAI; it is a
 * problem of line 1. Of a long line only the beginning is looked at. One thread.
 */
public final class Beginning {
  static final int BYTES_MAX = 256 * 1024;
  private static final int READ_BYTES = 8 * 1024;
  private static final long READ_MAX = 1 << 20;
  private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

  /** From the first line on that is not blank. */
  private byte[] bytes = new byte[512];

  private int length;

  /** Of the first line, without its newline; -1 while it goes on. */
  private int lineLength = -1;

  private long number = 1;
  private long position;

  /** The first byte that is not blank; -1 before it. */
  private int first = -1;

  private boolean isSeen;

  /** That of a stream, of which as much is read as is looked at, and not all if it is blank. */
  public static Beginning of(InputStream in) throws IOException {
    var beginning = new Beginning();
    byte[] buffer = new byte[READ_BYTES];
    int count = in.read(buffer);
    while (count > 0 && !beginning.isSeen()) {
      beginning.see(buffer, 0, count);
      beginning.isSeen |= beginning.position >= READ_MAX;
      count = in.read(buffer);
    }
    return beginning;
  }

  public void see(byte[] more, int offset, int count) {
    for (int i = offset; i < offset + count && !isSeen; i++) {
      int b = more[i] & 0xFF;
      boolean isMark = position < BYTE_ORDER_MARK.length && b == BYTE_ORDER_MARK[(int) position];
      position++;
      if (!isMark) {
        take(b);
      }
    }
  }

  private void take(int b) {
    if (b == '\n' && first < 0) {
      length = 0;
      number++;
      return;
    }
    boolean isBlank = b == '\n' || b == ' ' || b == '\t' || b == '\r';
    if (first < 0 && !isBlank) {
      first = b;
    }
    if (b == '\n' && lineLength < 0) {
      lineLength = length;
    }
    if (length < BYTES_MAX) {
      add(b);
      // What follows the line tells whether its object goes on.
      isSeen = lineLength >= 0 && !isBlank;
    } else {
      isSeen = first >= 0;
    }
  }

  private void add(int b) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(BYTES_MAX, 2 * length));
    }
    bytes[length++] = (byte) b;
  }

  /** Whether what follows does not matter. */
  public boolean isSeen() {
    return isSeen;
  }

  /** Why it is no file of requests, once all has been seen; in the words of a batch's errors. */
  public Optional<BatchError> problem() {
    Optional<BatchError> whole = problemOfTheWhole();
    return whole.isPresent() || first < 0 || !isLineKept() ? whole : problemOfTheLine();
  }

  /** The same, if it is nothing that is wrong with a line: there are no lines to look at. */
  Optional<BatchError> problemOfTheWhole() {
    if (first < 0) {
      return isSeen ? Optional.empty() : Optional.of(empty());
    }
    return FileShape.problem(line(), following())
        .map(what -> new BatchError("invalid_json_line", what, null, null));
  }

  static BatchError empty() {
    return new BatchError("empty_file", "The file is empty: it has no requests.", null, null);
  }

  private Optional<BatchError> problemOfTheLine() {
    try {
      RequestLine.parse(line());
      return Optional.empty();
    } catch (MalformedLineException e) {
      // Anything else that is wrong with it fails the batch, with all other problems of the file.
      return e.code().equals("invalid_json_line")
          ? Optional.of(new BatchError(e.code(), e.problem(), null, number))
          : Optional.empty();
    }
  }

  /** Of one that is not an object its beginning is enough. */
  private boolean isLineKept() {
    return lineLength >= 0 || !isSeen || first != '{';
  }

  private Bytes line() {
    int end = lineLength < 0 ? length : lineLength;
    boolean hasReturn = lineLength > 0 && bytes[end - 1] == '\r';
    return new Bytes(bytes, 0, hasReturn ? end - 1 : end);
  }

  private Bytes following() {
    return lineLength < 0 ? Bytes.EMPTY : new Bytes(bytes, lineLength, length - lineLength);
  }
}
