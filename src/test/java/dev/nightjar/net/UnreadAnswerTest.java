package dev.nightjar.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.testing.Http2Frames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http2.Http2Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that ask for much and read little of it. */
@Tag("K1")
@Tag("server")
@Timeout(60)
class UnreadAnswerTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final int ANSWER_BYTES = 64 << 20;
  private static final int PART_BYTES = 64 * 1024;
  private static final int PARTS_MANY = 32;
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: guard\r\n\r\n";

  private int partsAtOnce = 1;
  private final CompletableFuture<Integer> sent = new CompletableFuture<>();
  private final CompletableFuture<Void> begun = new CompletableFuture<>();

  private interface Client {
    void run(Socket server, ConnectionGuard guard) throws Exception;
  }

  @Test
  void answerThatNobodyReadsIsBrokenOff() throws Exception {
    serve(
        Duration.ofMillis(500),
        (server, guard) -> {
          server.getOutputStream().write(REQUEST.getBytes(US_ASCII));

          assertThat(sent.get(30, TimeUnit.SECONDS)).isLessThan(ANSWER_BYTES);
          assertThatThrownBy(() -> server.getInputStream().skipNBytes(ANSWER_BYTES))
              .isInstanceOf(IOException.class);
        });
  }

  @Test
  void answerThatIsReadSlowlyIsSentToItsEnd() throws Exception {
    readSlowlyToTheEnd();
  }

  private void readSlowlyToTheEnd() throws Exception {
    serve(
        Duration.ofMillis(1_500),
        (server, guard) -> {
          server.getOutputStream().write(REQUEST.getBytes(US_ASCII));
          InputStream in = server.getInputStream();
          // Slower than the socket's buffer becomes a third empty, and for longer than the limit.
          for (int i = 0; i < 80; i++) {
            in.skipNBytes(PART_BYTES / 2);
            LockSupport.parkNanos(50_000_000);
          }

          in.skipNBytes(ANSWER_BYTES - 80 * PART_BYTES / 2);

          assertThat(sent.get(30, TimeUnit.SECONDS)).isEqualTo(ANSWER_BYTES);
        });
  }

  /** Each takes longer than the limit of one part. */
  @Test
  void answerInLargePiecesThatIsReadSlowlyIsSentToItsEnd() throws Exception {
    partsAtOnce = PARTS_MANY;

    readSlowlyToTheEnd();
  }

  @Test
  void answerOverHttp2WhoseWindowStaysShutIsBrokenOff() throws Exception {
    serve(
        Duration.ofMillis(500),
        (server, guard) -> {
          server.getOutputStream().write(Http2Frames.connection().post(1, "/").end(1).bytes());

          assertThat(sent.get(30, TimeUnit.SECONDS)).isLessThan(ANSWER_BYTES);
        });
  }

  @Test
  void clientOverHttp2ThatGoesAwayFreesWhoWaitsForItsWindow() throws Exception {
    serve(
        LONG,
        (server, guard) -> {
          server.getOutputStream().write(Http2Frames.connection().post(1, "/").end(1).bytes());
          begun.get(30, TimeUnit.SECONDS);

          server.close();

          assertThat(sent.get(30, TimeUnit.SECONDS)).isLessThan(ANSWER_BYTES);
        });
  }

  private void serve(Duration bodyMax, Client client) throws Exception {
    try (var guard = ConnectionGuard.start(LONG, bodyMax)) {
      WebServer server =
          WebServer.builder()
              .host("127.0.0.1")
              .port(0)
              .useNio(false)
              .shutdownHook(false)
              .shutdownGracePeriod(Duration.ofMillis(1))
              .connectionOptions(guard.socketOptions())
              .addProtocol(Http2Config.builder().flowControlTimeout(LONG).build())
              .routing(routing -> routing.addFilter(guard.filter()).any("/", this::answer))
              .build()
              .start();
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        client.run(socket, guard);
      } catch (SocketException e) {
        throw new AssertionError(e);
      } finally {
        server.stop();
      }
    }
  }

  private void answer(ServerRequest request, ServerResponse response) {
    response.headers().contentLength(ANSWER_BYTES);
    OutputStream out = response.outputStream();
    byte[] piece = new byte[partsAtOnce * PART_BYTES];
    int count = 0;
    try {
      for (; count < ANSWER_BYTES; count += piece.length) {
        ConnectionGuard.send(request, partsAtOnce, () -> write(out, piece));
        begun.complete(null);
      }
      ConnectionGuard.send(request, () -> close(out));
    } finally {
      sent.complete(count);
    }
  }

  private static void write(OutputStream out, byte[] part) {
    try {
      out.write(part);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void close(OutputStream out) {
    try {
      out.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
