package dev.nightjar.http.exchange;

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
  /** Of which a client must take each in the time that a write may wait. */
  static final int PIECE_BYTES = 64 * 1024;

  /** What is written at once to one that has shown to be fast: a fifth less time and CPU. */
  private static final int FAST_BYTES = 512 * 1024;

  /** More than the sockets of both sides hold: whoever took so much without a pause reads. */
  private static final long SHOWN_BYTES = 16 << 20;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final ServerRequest request;
  private final OutputStream out;
  private long takenAtOnce;

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
      int bytes = Math.min(takenAtOnce >= SHOWN_BYTES ? FAST_BYTES : PIECE_BYTES, end - at);
      long begun = System.nanoTime();
      watched(Math.ceilDiv(bytes, PIECE_BYTES), () -> out.write(buffer, place, bytes));
      takenAtOnce = System.nanoTime() - begun < PAUSE_NANOS ? takenAtOnce + bytes : 0;
      at += bytes;
    }
  }

  /** Only after the last byte: it is what says that the body is whole. */
  void end() {
    watched(1, out::close);
  }

  private void watched(int pieces, Step step) {
    ConnectionGuard.send(
        request,
        pieces,
        () -> {
          try {
            step.run();
          } catch (IOException | UncheckedIOException e) {
            throw new ServerConnectionException("the client went away", e);
          }
        });
  }
}
