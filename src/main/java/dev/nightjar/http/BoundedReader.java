package dev.nightjar.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import java.util.function.Supplier;

/**
 * What a connection of HTTP/1.1 reads with. Helidon itself holds a whole chunk of a body, and a
 * whole line, however long; and takes a head that ends early for an error of its own.
 */
final class BoundedReader extends DataReader {
  static final int CHUNK_BYTES_MAX = 16 << 20;
  private static final int LINE_BYTES_MAX = 64 * 1024;

  private Place place = Place.ELSEWHERE;

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

  @Override
  public BufferData readBuffer(int length) {
    if (length > CHUNK_BYTES_MAX) {
      throw refused(
          Status.REQUEST_ENTITY_TOO_LARGE_413,
          "a chunk of it is larger than the maximum of %d bytes".formatted(CHUNK_BYTES_MAX));
    }
    return super.readBuffer(length);
  }

  /** A line without a limit of its own is one that begins a chunk. */
  @Override
  public int findNewLine(int max) {
    if (max <= LINE_BYTES_MAX) {
      return super.findNewLine(max);
    }
    int found = super.findNewLine(LINE_BYTES_MAX);
    if (found >= LINE_BYTES_MAX) {
      throw refused(
          Status.BAD_REQUEST_400,
          "a chunk's first line is longer than %d bytes".formatted(LINE_BYTES_MAX));
    }
    return found;
  }

  private static RequestException refused(Status status, String message) {
    return RequestException.builder()
        .type(EventType.BAD_REQUEST)
        .status(status)
        .message(message)
        .safeMessage(true)
        .setKeepAlive(false)
        .build();
  }
}
