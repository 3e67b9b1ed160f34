package dev.nightjar.http.exchange;

import dev.nightjar.http.access.Projects;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.RoutingRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a request's body when its answer was sent. It is read on, so that the client gets
 * to read the answer and the connection can be used again, but not for long: Helidon itself would
 * read for as long as the client sends. (Over HTTP/2 it does, as long as the guard lets it.)
 */
final class UnreadBody {
  private static final Patience KNOWN = new Patience(64L << 20, TimeUnit.SECONDS.toNanos(5));

  /** For whoever may not send it anyway: enough for most to read why, and not "reset". */
  private static final Patience UNKNOWN = new Patience(32L << 20, TimeUnit.SECONDS.toNanos(5));

  private static final int BUFFER_BYTES = 8 * 1024;

  private record Patience(long bytesMax, long nanosMax) {}

  private final RoutingRequest request;
  private @Nullable Tracked stream;

  /** Must be made before anyone asks for the body. */
  UnreadBody(RoutingRequest request) {
    this.request = request;
    request.streamFilter(in -> stream = new Tracked(in));
  }

  /** Reads to the body's end; a connection whose next request cannot be found is closed. */
  void finish() {
    boolean isHttp1 = request.prologue().protocolVersion().startsWith("1");
    if (isHttp1
        && request.content().hasEntity()
        && !request.content().consumed()
        && !isReadToEnd()) {
      throw new CloseConnectionException("the request's body goes on");
    }
  }

  private boolean isReadToEnd() {
    if (request.headers().containsToken(HeaderValues.EXPECT_100) && !request.continueSent()) {
      return false; // What the client waits to be asked for, it need not send.
    }
    Tracked body = stream;
    if (body == null) {
      body = new Tracked(request.content().inputStream());
    }
    try {
      return body.readToEnd(Projects.isSet(request) ? KNOWN : UNKNOWN);
    } catch (IOException | RuntimeException _) {
      return false; // The answer was sent, and the connection is closed now.
    }
  }

  /** After an exception the bytes that follow mean nothing, though they might look like a body. */
  private static final class Tracked extends FilterInputStream {
    private boolean isSound = true;

    Tracked(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
      boolean wasSound = isSound;
      isSound = false;
      int result = super.read(into, offset, count);
      isSound = wasSound;
      return result;
    }

    boolean readToEnd(Patience patience) throws IOException {
      long deadline = System.nanoTime() + patience.nanosMax();
      byte[] buffer = new byte[BUFFER_BYTES];
      long bytes = 0;
      while (isSound && bytes < patience.bytesMax() && System.nanoTime() - deadline < 0) {
        int count = read(buffer, 0, buffer.length);
        if (count < 0) {
          return true;
        }
        bytes += count;
      }
      return false;
    }
  }
}
