package dev.nightjar.http.connection;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Supplier;

/**
 * What a connection of HTTP/1.1 reads with. Helidon itself holds a whole chunk of a body, a whole
 * line, however long, and as many headers as fit into a head; takes a head that ends early for an
 * error of its own; and refuses HTTP/1.0.
 *
 * <p>A chunk is shown to it as many small ones, each as long as what has come of it: what a body
 * takes does not depend on how it was cut.
 */
final class BoundedReader extends DataReader {
  private static final int CHUNK_LINE_BYTES_MAX = 4 * 1024;
  private static final int HEADERS_MAX = 128;
  private static final int INT_DIGITS = 8;
  private static final byte[] HTTP_1_0 = " HTTP/1.0".getBytes(StandardCharsets.US_ASCII);

  private Place place = Place.ELSEWHERE;
  private boolean isHttp10;
  private int headers;

  /** Bytes of the present chunk that Helidon does not know of yet. */
  private int chunkLeft;

  /** The piece before was no whole chunk: no line end follows it. */
  private boolean isInsideChunk;

  private final Http2Window window = new Http2Window();

  /** Where the reader is, as far as it matters when the bytes end there. */
  enum Place {
    /** Between a request's first line and its body. */
    HEAD,
    /** The connection has become one of HTTP/2. */
    HTTP2,
    ELSEWHERE
  }

  @SuppressWarnings("removal") // Its replacement, a factory, leaves nothing to override.
  BoundedReader(Supplier<byte[]> source) {
    super(source);
  }

  void setPlace(Place place) {
    this.place = place;
    headers = 0;
  }

  /** Whether the request whose head was read last said that it speaks HTTP/1.0. */
  boolean isHttp10() {
    return isHttp10;
  }

  @Override
  public void pullData() {
    try {
      super.pullData();
    } catch (InsufficientDataAvailableException e) {
      throw switch (place) {
        case HEAD -> refused(Status.BAD_REQUEST_400, "The request ends in its head");
        case HTTP2 -> new CloseConnectionException("the client is gone", e);
        case ELSEWHERE -> e;
      };
    }
  }

  /** In a head a header's value; elsewhere a request's first line, whose version is its end. */
  @Override
  public byte[] readBytes(int length) {
    byte[] bytes = super.readBytes(length);
    if (place == Place.ELSEWHERE) {
      int version = bytes.length - HTTP_1_0.length;
      isHttp10 =
          version >= 0 && Arrays.equals(bytes, version, bytes.length, HTTP_1_0, 0, HTTP_1_0.length);
      if (isHttp10) {
        bytes[bytes.length - 1] = '1';
      }
    }
    return bytes;
  }

  /** What begins a chunk, or ends the last one. */
  @Override
  public String readLine() {
    if (chunkLeft == 0) {
      String line = readAsciiString(findNewLine(Integer.MAX_VALUE));
      super.skip(2);
      chunkLeft = size(line);
      if (chunkLeft == 0) {
        return line;
      }
    }
    ensureAvailable();
    int piece = Math.min(chunkLeft, available());
    chunkLeft -= piece;
    return Integer.toHexString(piece);
  }

  @Override
  public BufferData readBuffer(int length) {
    BufferData data = getBuffer(length);
    super.skip(length);
    isInsideChunk = chunkLeft > 0;
    if (place == Place.HTTP2) {
      window.see(data);
    }
    return data;
  }

  /** The client of HTTP/2 is asked for more. Any thread. */
  void widen(int bytes) {
    window.widen(bytes);
  }

  @Override
  public void skip(int count) {
    if (isInsideChunk) {
      isInsideChunk = false;
    } else {
      super.skip(count);
    }
  }

  /** 0 for what is no size, or that of the last chunk: both are left to Helidon. */
  private static int size(String line) {
    if (line.startsWith("+")) {
      // Helidon takes it for a number, and would hold the whole chunk.
      throw refused(Status.BAD_REQUEST_400, "the size of a chunk is no number");
    }
    String digits = line.replaceFirst("^0+", "");
    if (digits.length() > INT_DIGITS || !digits.chars().allMatch(HexFormat::isHexDigit)) {
      return 0;
    }
    return Math.max(0, digits.isEmpty() ? 0 : HexFormat.fromHexDigits(digits));
  }

  /** A line without a limit of its own is one that begins a chunk. */
  @Override
  public int findNewLine(int max) {
    if (place == Place.HEAD && ++headers > HEADERS_MAX) {
      throw refused(
          Status.BAD_REQUEST_400, "The request has more than %d headers".formatted(HEADERS_MAX));
    }
    if (max < Integer.MAX_VALUE) {
      return super.findNewLine(max);
    }
    int found = super.findNewLine(CHUNK_LINE_BYTES_MAX);
    if (found >= CHUNK_LINE_BYTES_MAX) {
      throw refused(
          Status.BAD_REQUEST_400,
          "a chunk's first line is longer than %d bytes".formatted(CHUNK_LINE_BYTES_MAX));
    }
    return found;
  }

  static RequestException refused(Status status, String message) {
    return RequestException.builder()
        .type(EventType.BAD_REQUEST)
        .status(status)
        .message(message)
        .safeMessage(true)
        .setKeepAlive(false)
        .build();
  }
}
