package dev.nightjar.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Raw sockets that behave badly, against a Helidon server with a guard. */
@Tag("server")
@Timeout(60)
class ConnectionGuardTest {
  private static final Duration WAIT = Duration.ofMillis(800);
  private static final String HEAD = "POST / HTTP/1.1\r\nHost: guard\r\nContent-Length: 10\r\n\r\n";

  private final ConnectionGuard guard = ConnectionGuard.start(WAIT, WAIT);
  private final CountDownLatch slowRequest = new CountDownLatch(1);
  private final CountDownLatch slowRequestBegan = new CountDownLatch(1);
  private final WebServer server =
      WebServer.builder()
          .host("127.0.0.1")
          .port(0)
          .shutdownHook(false)
          .shutdownGracePeriod(Duration.ofMillis(1))
          .connectionOptions(guard.socketOptions())
          .routing(routing ->
              routing
                  .addFilter(guard.filter())
                  .get("/slow", (_, response) -> answerSlowly(response))
                  .get("/reset", (request, _) -> guard.reset(request.remotePeer().address()))
                  .post("/", this::readBody))
          .build();

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void stop() {
    slowRequest.countDown();
    guard.close();
    server.stop();
  }

  @Test
  void silentConnectionIsClosed() throws IOException {
    try (Socket peer = connect()) {
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void connectionThatStopsInTheHeadIsClosed() throws IOException {
    try (Socket peer = connect()) {
      send(peer, HEAD.substring(0, 20));

      assertClosed(peer);
    }
  }

  @Test
  void drippedHeadIsCutOff() throws IOException {
    try (Socket peer = connect()) {
      peer.setSoTimeout(100);

      assertThatThrownBy(() -> drip(peer)).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void connectionThatStopsInTheBodyIsClosed() throws IOException {
    try (Socket peer = connect()) {
      send(peer, HEAD + "half");

      assertClosed(peer);
    }
  }

  @Test
  void connectionKeptAliveIsClosedInTheEnd() throws IOException {
    assertAnswersThenCloses();
  }

  @Test
  void requestThatTakesLongIsLeftAlone() throws Exception {
    try (Socket slow = connect();
        Socket silent = connect()) {
      send(slow, "GET /slow HTTP/1.1\r\nHost: guard\r\n\r\n");
      assertThat(slowRequestBegan.await(30, TimeUnit.SECONDS)).isTrue();

      // The silent one, younger than the slow request, has had its time.
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
      slowRequest.countDown();

      assertThat(new String(slow.getInputStream().readAllBytes(), US_ASCII)).endsWith("at last");
    }
  }

  @Test
  void resetIsSeenAsReset() throws IOException {
    try (Socket peer = connect()) {
      send(peer, "GET /reset HTTP/1.1\r\nHost: guard\r\n\r\n");

      assertThatThrownBy(() -> peer.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void refusingGuardResetsNewConnectionsUntilItStops() throws IOException {
    guard.setRefusing(true);
    try (Socket peer = connect()) {
      assertThatThrownBy(() -> peer.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    guard.setRefusing(false);

    assertAnswersThenCloses();
  }

  @Test
  void closedConnectionsAreForgotten() throws IOException {
    try (Socket first = connect()) {
      assertThat(first.getInputStream().read()).isEqualTo(-1);
    }
    try (Socket second = connect()) {
      assertThat(second.getInputStream().read()).isEqualTo(-1);
    }

    // The look that closed the second one has forgotten the first.
    assertThat(guard.connections()).isLessThanOrEqualTo(1);
  }

  private void assertAnswersThenCloses() throws IOException {
    try (Socket peer = connect()) {
      send(peer, HEAD + "0123456789");

      String answer = new String(peer.getInputStream().readAllBytes(), US_ASCII);

      assertThat(answer).startsWith("HTTP/1.1 200").endsWith("10 bytes");
    }
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.port());
  }

  private static void send(Socket peer, String text) throws IOException {
    peer.getOutputStream().write(text.getBytes(US_ASCII));
    peer.getOutputStream().flush();
  }

  /** With what Helidon says of it before, or a reset if it had bytes to read. */
  private static void assertClosed(Socket peer) throws IOException {
    peer.setSoTimeout(30_000);
    try {
      peer.getInputStream().readAllBytes();
    } catch (SocketException _) {
      // Closed as well.
    }
  }

  /** A byte of an endless head whenever nothing was to be read for a while. */
  private static void drip(Socket peer) throws IOException {
    send(peer, "GET / HTTP/1.1\r\nX-Drip: ");
    while (true) {
      send(peer, "a");
      try {
        if (peer.getInputStream().read() < 0) {
          throw new SocketException("closed");
        }
      } catch (java.net.SocketTimeoutException _) {
        // Not yet closed.
      }
    }
  }

  private void answerSlowly(ServerResponse response) {
    slowRequestBegan.countDown();
    try {
      assertThat(slowRequest.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    response.send("at last");
  }

  private void readBody(ServerRequest request, ServerResponse response) {
    try (InputStream in =
        guard.body(request.remotePeer().address(), request.content().inputStream())) {
      response.send(in.readAllBytes().length + " bytes");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
