package dev.nightjar.http.exchange;

import dev.nightjar.api.ApiError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code multipart/form-data} body (RFC 7578) as it comes: parts of any length pass through
 * one buffer, which there is once bytes come. What is not multipart is the client's mistake, and
 * said so. One thread.
 */
final class MultipartScanner {
  /** What is read at once is less; the headers of a part must fit. */
  private static final int BUFFER_BYTES = 32 * 1024;

  private static final int BOUNDARY_CHARACTERS_MAX = 200;
  private static final int HEAD_BYTES_MAX = 16 * 1024;
  private static final int PARTS_MAX = 32;
  private static final byte[] LINE_END = {'\r', '\n'};
  private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};

  private final InputStream in;
  private final byte[] delimiter;
  private final int[] skips = new int[256];
  private byte[] buffer = LINE_END;
  private int position;
  private int limit;
  private int parts;
  private boolean isInPart = true;

  /**
   * What a part says about itself.
   *
   * @param filename null if it has none; that is also so for files sent from memory
   */
  record Part(String name, @Nullable String filename) {}

  MultipartScanner(InputStream in, String boundary) {
    if (boundary.isEmpty() || boundary.length() > BOUNDARY_CHARACTERS_MAX) {
      throw malformed(
          "its boundary must have 1 to %d characters".formatted(BOUNDARY_CHARACTERS_MAX));
    }
    this.in = in;
    this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.UTF_8);
    Arrays.fill(skips, delimiter.length);
    for (int i = 0; i < delimiter.length - 1; i++) {
      skips[delimiter[i] & 0xFF] = delimiter.length - 1 - i;
    }
    // The first delimiter may have no line before it; with this it always has.
    limit = LINE_END.length;
  }

  /** The next part, or null after the last one; what is left of the current part is skipped. */
  @Nullable Part next() throws IOException {
    if (buffer.length < BUFFER_BYTES) {
      awaitFirst();
    }
    if (isInPart) {
      copyTo(OutputStream.nullOutputStream());
    }
    require(2, "after a boundary");
    if (buffer[position] == '-' && buffer[position + 1] == '-') {
      return null;
    }
    if (++parts > PARTS_MAX) {
      throw malformed("it has more than %d parts".formatted(PARTS_MAX));
    }
    // The line's end stays: a part without any header then still ends its head as the others do.
    while (buffer[position] == ' ' || buffer[position] == '\t') {
      position++;
      require(2, "after a boundary");
    }
    if (buffer[position] != '\r' || buffer[position + 1] != '\n') {
      throw malformed("a boundary is not at the end of its line");
    }
    Part part = part(head());
    isInPart = true;
    return part;
  }

  /** A client that sends nothing takes nothing. */
  private void awaitFirst() throws IOException {
    int first = in.read();
    if (first < 0) {
      throw malformed("it is empty");
    }
    buffer = Arrays.copyOf(LINE_END, BUFFER_BYTES);
    buffer[limit++] = (byte) first;
  }

  /** The headers of a part with the line end before them; the position is then at its body. */
  private String head() throws IOException {
    int length = 0;
    require(HEAD_END.length, "in the headers of a part");
    while (!startsWith(HEAD_END, position + length)) {
      length++;
      if (length > HEAD_BYTES_MAX) {
        throw malformed("the headers of a part are longer than %d bytes".formatted(HEAD_BYTES_MAX));
      }
      require(length + HEAD_END.length, "in the headers of a part");
    }
    var head = new String(buffer, position, length, StandardCharsets.UTF_8);
    position += length + HEAD_END.length;
    return head;
  }

  private boolean startsWith(byte[] wanted, int from) {
    return from + wanted.length <= limit
        && Arrays.equals(buffer, from, from + wanted.length, wanted, 0, wanted.length);
  }

  private static Part part(String head) {
    for (String line : head.split("\r\n", -1)) {
      int colon = line.indexOf(':');
      if (colon > 0
          && line.substring(0, colon)
              .strip()
              .toLowerCase(Locale.ROOT)
              .equals("content-disposition")) {
        HeaderValue value = HeaderValue.parse(line.substring(colon + 1));
        String name = value.parameter("name");
        if (name != null) {
          return new Part(name, value.parameter("filename"));
        }
      }
    }
    throw malformed("a part has no name");
  }

  /** Writes the current part's body, to its end. */
  void copyTo(OutputStream sink) throws IOException {
    while (true) {
      int found = search();
      if (found >= 0) {
        sink.write(buffer, position, found - position);
        position = found + delimiter.length;
        isInPart = false;
        return;
      }
      // The last bytes may be the beginning of a delimiter.
      int safe = Math.max(0, limit - position - (delimiter.length - 1));
      sink.write(buffer, position, safe);
      position += safe;
      require(limit - position + 1, "before its closing boundary");
    }
  }

  /** The current part's body as text. */
  String text(int bytesMax) throws IOException {
    var bytes = new Bounded(bytesMax);
    copyTo(bytes);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Passes over the current part's body. */
  void skip(long bytesMax) throws IOException {
    copyTo(new Skipped(bytesMax));
  }

  /** The index of the next whole delimiter in the buffer, or -1 (Horspool's search). */
  private int search() {
    int last = delimiter.length - 1;
    int i = position + last;
    while (i < limit) {
      byte b = buffer[i];
      if (b == delimiter[last] && startsWith(delimiter, i - last)) {
        return i - last;
      }
      i += skips[b & 0xFF];
    }
    return -1;
  }

  /** Reads on until {@code count} bytes are in the buffer. */
  private void require(int count, String where) throws IOException {
    while (limit - position < count) {
      if (buffer.length - position < count || limit == buffer.length) {
        System.arraycopy(buffer, position, buffer, 0, limit - position);
        limit -= position;
        position = 0;
      }
      int n = in.read(buffer, limit, buffer.length - limit);
      if (n < 0) {
        throw malformed("it ends " + where);
      }
      limit += n;
    }
  }

  private static ApiError malformed(String why) {
    return new ApiError(
        400, null, null, "We could not read the multipart body: %s.".formatted(why));
  }

  private static final class Skipped extends OutputStream {
    private long left;

    Skipped(long bytesMax) {
      this.left = bytesMax;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
      left -= count;
      if (left < 0) {
        throw malformed("a field that we do not know is too long");
      }
    }
  }

  private static final class Bounded extends ByteArrayOutputStream {
    private final int bytesMax;

    Bounded(int bytesMax) {
      this.bytesMax = bytesMax;
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int count) {
      if (count > bytesMax - size()) {
        throw malformed("the value of a field is longer than %d bytes".formatted(bytesMax));
      }
      super.write(bytes, offset, count);
    }
  }
}
