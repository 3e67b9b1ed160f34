package dev.nightjar.http;

import dev.nightjar.net.ConnectionGuard;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * An answer's body on its way out: each piece of it ends in time, and a client that is gone is no
 * error of ours.
 */
record AnswerOutput(ServerRequest request, OutputStream out) {
  static final int PIECE_BYTES = 64 * 1024;

  private interface Step {
    void run() throws IOException;
  }

  void write(byte[] buffer, int from, int count) {
    int end = from + count;
    for (int at = from; at < end; at += PIECE_BYTES) {
      int piece = at;
      watched(() -> out.write(buffer, piece, Math.min(PIECE_BYTES, end - piece)));
    }
  }

  /** Only after the last byte: it is what says that the body is whole. */
  void end() {
    watched(out::close);
  }

  private void watched(Step step) {
    ConnectionGuard.send(
        request,
        () -> {
          try {
            step.run();
          } catch (IOException | UncheckedIOException e) {
            throw new ServerConnectionException("the client went away", e);
          }
        });
  }
}
