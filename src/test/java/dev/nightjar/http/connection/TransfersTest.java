package dev.nightjar.http.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.cost.Terms;
import dev.nightjar.net.ConnectionGuard.Limits;
import dev.nightjar.testing.RawHttp;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** More clients than there is room for, and clients that hold it for long. */
@Tag("K1")
@Tag("server")
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT) // They mostly wait.
class TransfersTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final int CONNECTIONS = 16;
  private static final int MEBIBYTE = 1 << 20;

  /** More than the buffers between the server and a client that does not read. */
  private static final String LARGE = TestApi.LINE + "x".repeat(32 * MEBIBYTE);

  @TempDir private Path directory;

  private TestApi api(Duration bodyMax) throws IOException {
    var clients = new Limits(LONG, bodyMax, CONNECTIONS, CONNECTIONS, 1);
    return new TestApi(directory, ApiLimits.DEFAULT, clients, Terms.NONE);
  }

  @Test
  void downloadThatNobodyReadsMakesRoomForOthers() throws Exception {
    try (var api = api(LONG)) {
      String large = api.upload("batch", "a.jsonl", LARGE);
      String small = api.upload("batch", "b.jsonl", TestApi.LINE);
      try (var _ = download(api, large)) {

        HttpResponse<byte[]> other = api.get("/v1/files/" + small + "/content");

        assertThat(other.statusCode()).isEqualTo(200);
        assertThat(other.body()).asString().isEqualTo(TestApi.LINE);
      }
    }
  }

  @Test
  void downloadThatMovesIsLeftAloneAndOthersAreToldToComeAgain() throws Exception {
    try (var api = api(LONG)) {
      String large = api.upload("batch", "a.jsonl", LARGE);
      String small = api.upload("batch", "b.jsonl", TestApi.LINE);
      var mayEnd = new AtomicBoolean();
      try (var moving = download(api, large)) {
        Thread reader = Thread.ofVirtual().start(() -> read(moving, mayEnd));

        HttpResponse<byte[]> other = api.get("/v1/files/" + small + "/content");

        assertThat(other.statusCode()).isEqualTo(503);
        assertThat(TestApi.error(other).get("message").asString())
            .isEqualTo("The server has too many uploads and downloads at once. Try again.");
        assertThat(reader.isAlive()).as("goes on").isTrue();
        mayEnd.set(true);
        reader.join();
      }
    }
  }

  @Test
  void requestThatWaitsForRoomIsNotTheFirstToMakeRoomItself() throws Exception {
    try (var api = api(LONG)) {
      String large = api.upload("batch", "a.jsonl", LARGE);
      String small = api.upload("batch", "b.jsonl", TestApi.LINE);
      var mayEnd = new AtomicBoolean();
      List<Socket> idle = new ArrayList<>();
      try (var moving = download(api, large);
          var waiting = new RawHttp(api.port)) {
        Thread reader = Thread.ofVirtual().start(() -> read(moving, mayEnd));
        waiting.send(
            "GET /v1/files/%s/content HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .formatted(small)
                .getBytes(ISO_8859_1));
        for (int i = 0; i < 5 * CONNECTIONS; i++) {
          idle.add(new Socket(InetAddress.getLoopbackAddress(), api.port));
          LockSupport.parkNanos(20_000_000);
        }

        RawHttp.Response answer = waiting.read(false);

        assertThat(Objects.requireNonNull(answer).status()).isEqualTo(503);
        mayEnd.set(true);
        reader.join();
      }
      for (Socket socket : idle) {
        socket.close();
      }
    }
  }

  /** A connection that asks for a file and has its head. */
  private static Socket download(TestApi api, String file) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), api.port);
    socket
        .getOutputStream()
        .write(
            "GET /v1/files/%s/content HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .formatted(file)
                .getBytes(ISO_8859_1));
    assertThat(socket.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 200");
    return socket;
  }

  private static void read(Socket socket, AtomicBoolean mayEnd) {
    try {
      while (!mayEnd.get()) {
        socket.getInputStream().skipNBytes(MEBIBYTE / 16); // So slowly that it takes half a minute.
        LockSupport.parkNanos(50_000_000);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void largeBodyThatTricklesIsRefusedInTheEnd() throws Exception {
    try (var api = api(Duration.ofSeconds(1));
        var client = new RawHttp(api.port)) {
      String head =
          "POST /v1/batches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n";
      client.send((head + "{\"metadata\": \"" + "x".repeat(20_000)).getBytes(ISO_8859_1));
      Thread.ofVirtual()
          .start(() -> {
            try {
              while (client.send(new byte[] {'x'})) {
                LockSupport.parkNanos(50_000_000);
              }
            } catch (IOException _) {
              // It is over.
            }
          });

      RawHttp.Response answer = Objects.requireNonNull(client.read(false));

      assertThat(answer.status()).isEqualTo(408);
      assertThat(answer.body()).contains("The JSON body did not come within 1 seconds.");
    }
  }

  @Test
  void handlersOfConnectionsThatMadeRoomKeepNobodyOut() throws Exception {
    var mayEnd = new CountDownLatch(1);
    var begun = new CountDownLatch(CONNECTIONS * 3 / 2 + 4);
    List<RawHttp> clients = new ArrayList<>();
    try (var api = api(LONG)) {
      api.dead.set(() -> {
        begun.countDown();
        await(mayEnd);
        return Optional.empty();
      });
      while (begun.getCount() > 0) {
        long before = begun.getCount();
        var client = new RawHttp(api.port);
        client.send("GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
        clients.add(client);
        while (begun.getCount() == before) {
          LockSupport.parkNanos(1_000_000);
        }
      }

      assertThat(api.get("/v1/files").statusCode()).isEqualTo(200);
      mayEnd.countDown();
    } finally {
      mayEnd.countDown();
      for (RawHttp client : clients) {
        client.close();
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(100, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
