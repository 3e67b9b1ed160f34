package dev.nightjar.http;

import dev.nightjar.net.ConnectionGuard;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/**
 * An answer's body on its way out: each piece of it ends in time, and a client that is gone is no
 * error of ours. One thread.
 */
final class AnswerOutput {
  /** A client that reads so much in the time that a write may take is not cut off. */
  static final int PIECE_BYTES = 64 * 1024;

  /** For one that reads fast: small pieces take a third longer (bench/transfer). */
  private static final int PIECE_BYTES_MAX = 512 * 1024;

  private static final long FAST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final ServerRequest request;
  private final OutputStream out;
  private int pieceBytes = PIECE_BYTES;

  private interface Step {
    void run() throws IOException;
  }

  AnswerOutput(ServerRequest request, OutputStream out) {
    this.request = request;
    this.out = out;
  }

  void write(byte[] buffer, int from, int count) {
    int end = from + count;
    int at = from;
    while (at < end) {
      int place = at;
      int piece = Math.min(pieceBytes, end - at);
      long begun = System.nanoTime();
      watched(() -> out.write(buffer, place, piece));
      boolean isFast = System.nanoTime() - begun < FAST_NANOS;
      pieceBytes = isFast ? Math.min(PIECE_BYTES_MAX, 2 * pieceBytes) : PIECE_BYTES;
      at += piece;
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
