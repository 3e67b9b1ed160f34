package dev.nightjar.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.Http2Frames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies over HTTP/2, where the handler does not read the socket itself. */
@Tag("server")
@Timeout(60)
class StalledHttp2Test {
  private static final Duration LONG = Duration.ofSeconds(50);

  private final CompletableFuture<String> firstByte = new CompletableFuture<>();
  private final CompletableFuture<Thread> unread = new CompletableFuture<>();
  private final CompletableFuture<String> outcome = new CompletableFuture<>();

  private interface Client {
    void run(Socket server) throws Exception;
  }

  @Test
  void aBodyThatStallsIsNeverTakenForAShorterOne() throws Exception {
    serve(
        Duration.ofMillis(300),
        server -> {
          server.getOutputStream().write(halfOfAPost().bytes());

          assertThat(outcome.get(30, TimeUnit.SECONDS)).isEqualTo("broken");
        });
  }

  @Test
  void aClientThatGoesAwayFreesWhoReadsItsBody() throws Exception {
    serve(
        LONG,
        server -> {
          server.getOutputStream().write(halfOfAPost().bytes());
          firstByte.get(30, TimeUnit.SECONDS);

          server.close();

          assertThat(outcome.get(30, TimeUnit.SECONDS)).isEqualTo("broken");
        });
  }

  @Test
  void aConnectionThatMakesRoomFreesWhoReadsItsBody() throws Exception {
    serve(
        ConnectionGuard.start(new ConnectionGuard.Limits(LONG, LONG, 1, 1_000, 1_000)),
        server -> {
          server.getOutputStream().write(halfOfAPost().bytes());
          firstByte.get(30, TimeUnit.SECONDS);

          try (var _ = new Socket(server.getInetAddress(), server.getPort())) {
            assertThat(outcome.get(30, TimeUnit.SECONDS)).isEqualTo("broken");
          }
        });
  }

  @Test
  void aBodyThatNobodyReadsHoldsNoThread() throws Exception {
    serve(
        Duration.ofMillis(300),
        server -> {
          server.getOutputStream().write(Http2Frames.connection().post(1, "/unread").bytes());
          Thread handler = unread.get(30, TimeUnit.SECONDS);

          assertThat(handler.join(Duration.ofSeconds(30))).as("has ended").isTrue();
        });
  }

  @Test
  void aBodyThatComesInTimeIsReadWhole() throws Exception {
    serve(
        LONG,
        server -> {
          server.getOutputStream().write(halfOfAPost().data(1, "more").end(1).bytes());

          assertThat(outcome.get(30, TimeUnit.SECONDS)).isEqualTo("8 bytes");
        });
  }

  private static Http2Frames halfOfAPost() {
    return Http2Frames.connection().post(1, "/").data(1, "half");
  }

  private void serve(Duration bodyMax, Client client) throws Exception {
    serve(ConnectionGuard.start(LONG, bodyMax), client);
  }

  private void serve(ConnectionGuard started, Client client) throws Exception {
    try (ConnectionGuard guard = started) {
      WebServer server =
          WebServer.builder()
              .host("127.0.0.1")
              .port(0)
              .shutdownHook(false)
              .shutdownGracePeriod(Duration.ofMillis(1))
              .connectionOptions(guard.socketOptions())
              .routing(routing ->
                  routing
                      .addFilter(guard.filter())
                      .post("/", this::read)
                      .post(
                          "/unread",
                          (_, response) -> {
                            unread.complete(Thread.currentThread());
                            response.send("refused");
                          }))
              .build()
              .start();
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        client.run(socket);
      } finally {
        server.stop();
      }
    }
  }

  private void read(ServerRequest request, ServerResponse response) {
    try (InputStream in = request.content().inputStream()) {
      int bytes = in.read() < 0 ? 0 : 1;
      firstByte.complete("");
      bytes += in.readAllBytes().length;
      outcome.complete(bytes + " bytes");
      response.send("read");
    } catch (IOException e) {
      boolean isClean = !Thread.currentThread().isInterrupted();
      outcome.complete(isClean ? "broken" : "broken, and left interrupted: " + e);
    }
  }
}
