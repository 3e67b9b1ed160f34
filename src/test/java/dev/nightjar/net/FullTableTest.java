package dev.nightjar.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More connections than there may be: who has been silent for longest makes room. */
@Tag("K1")
@Tag("server")
@Timeout(60)
class FullTableTest {
  private static final int MAX = 8;
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final String HEAD =
      "POST / HTTP/1.1\r\nHost: guard\r\nContent-Length: 1000\r\n\r\n";

  private final ConnectionGuard guard =
      ConnectionGuard.start(new ConnectionGuard.Limits(LONG, LONG, MAX, MAX, MAX));
  private final List<Socket> peers = new ArrayList<>();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch ready = new CountDownLatch(1);
  private final WebServer server =
      WebServer.builder()
          .host("127.0.0.1")
          .port(0)
          .useNio(false)
          .shutdownHook(false)
          .shutdownGracePeriod(Duration.ofMillis(1))
          .connectionOptions(guard.socketOptions())
          .maxTcpConnections(MAX + 2)
          .routing(routing -> routing.addFilter(guard.filter()).any(this::answer))
          .build();

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket peer : peers) {
      peer.close();
    }
    guard.close();
    server.stop();
  }

  @Test
  void newConnectionsAreServedHoweverManyAreSilent() throws Exception {
    for (int i = 0; i < 20 * MAX; i++) {
      connect();
    }

    for (int i = 0; i < 20; i++) {
      assertThat(ask(connect())).startsWith("HTTP/1.1 200");
    }
    assertThat(guard.connections()).isLessThanOrEqualTo(MAX + 1);
  }

  @Test
  void whoKeepsComingIsSlowedDown() throws Exception {
    int newcomers = 100;
    for (int i = 0; i < MAX; i++) {
      connect();
    }

    long begun = System.nanoTime();
    for (int i = 0; i < newcomers; i++) {
      connect();
    }
    assertThat(ask(connect())).startsWith("HTTP/1.1 200");

    assertThat(System.nanoTime() - begun).isGreaterThan(newcomers * 1_500_000L);
  }

  @Test
  void oneWhoseBytesMoveStaysThoughItIsTheOldest() throws Exception {
    Socket moving = connect();

    for (int i = 0; i < 200; i++) {
      assertThat(ask(moving)).startsWith("HTTP/1.1 200");
      send(connect(), HEAD);
      assertThat(ask(connect())).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void whoHasNoKeyMakesRoomFirst() throws Exception {
    Socket known = connect();
    send(known, "GET /known HTTP/1.1\r\nHost: guard\r\n\r\n");
    assertThat(read(known)).startsWith("HTTP/1.1 200");

    for (int i = 0; i < 5 * MAX; i++) {
      assertThat(ask(connect())).startsWith("HTTP/1.1 200");
    }

    assertThat(ask(known)).startsWith("HTTP/1.1 200");
  }

  @Test
  void whoWaitsForTheServerStaysHoweverLongItTakes() throws Exception {
    Socket waiting = connect();
    send(waiting, "GET /slow HTTP/1.1\r\nHost: guard\r\n\r\n");
    assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

    for (int i = 0; i < 5 * MAX; i++) {
      assertThat(ask(connect())).startsWith("HTTP/1.1 200");
    }
    ready.countDown();

    assertThat(read(waiting)).startsWith("HTTP/1.1 200");
  }

  @Test
  void newcomersAreServedThoughAllPlacesAreOfClientsWithAKey() throws Exception {
    for (int i = 0; i < MAX; i++) {
      Socket known = connect();
      send(known, "GET /known HTTP/1.1\r\nHost: guard\r\n\r\n");
      assertThat(read(known)).startsWith("HTTP/1.1 200");
    }

    Socket first = connect();
    Socket second = connect();

    assertThat(ask(second)).startsWith("HTTP/1.1 200");
    assertThat(ask(first)).startsWith("HTTP/1.1 200");
  }

  @Test
  void filesAreFreedOnlyByWhoHasBeenSilentForLong() throws Exception {
    Socket holder = connect();
    send(holder, "GET /file HTTP/1.1\r\nHost: guard\r\n\r\n");
    assertThat(read(holder)).startsWith("HTTP/1.1 200");

    guard.freeFile();

    assertThat(ask(holder)).startsWith("HTTP/1.1 200");
    long moved = System.nanoTime();
    while (guard.connections() > 0) {
      assertThat(System.nanoTime() - moved).isLessThan(LONG.toNanos());
      LockSupport.parkNanos(50_000_000);
      guard.freeFile();
    }
    assertThat(System.nanoTime() - moved).isGreaterThan(3_000_000_000L);
  }

  private Socket connect() throws IOException {
    var peer = new Socket(InetAddress.getLoopbackAddress(), server.port());
    peer.setSoTimeout(20_000);
    peers.add(peer);
    return peer;
  }

  private static String ask(Socket peer) throws IOException {
    send(peer, "GET / HTTP/1.1\r\nHost: guard\r\n\r\n");
    return read(peer);
  }

  private static void send(Socket peer, String text) throws IOException {
    try {
      peer.getOutputStream().write(text.getBytes(US_ASCII));
    } catch (SocketException _) {
      // Whoever reads will see.
    }
  }

  private static String read(Socket peer) throws IOException {
    byte[] answer = new byte[4_096];
    int count = peer.getInputStream().read(answer);
    return count < 0 ? "closed" : new String(answer, 0, count, US_ASCII);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(ServerRequest request, ServerResponse response) {
    if (request.path().path().equals("/known")) {
      ConnectionGuard.know(request);
    }
    if (request.path().path().equals("/slow")) {
      begun.countDown();
      await(ready);
    }
    if (request.path().path().equals("/file")) {
      ConnectionGuard.files(request).incrementAndGet();
    }
    int bytes = 0;
    if (request.content().hasEntity()) {
      try (var in = request.content().inputStream()) {
        bytes = in.readAllBytes().length;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    String text = bytes + " bytes";
    ConnectionGuard.send(request, () -> response.send(text));
  }
}
