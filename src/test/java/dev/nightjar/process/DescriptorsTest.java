package dev.nightjar.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server that may open few files, and clients that open all the connections they can. */
@Tag("K1")
@Tag("server")
@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
class DescriptorsTest {
  private static final int IDLE = 400;
  private static final int CALLS = 200;

  @TempDir private Path directory;

  @Test
  void idleConnectionsBeyondTheLimitKeepNobodyOut() throws Exception {
    try (var server = start(300, 32)) {
      assertServes(server);
      assertThat(server.stderr()).doesNotContain("files and connections may be open");
    }
  }

  @Test
  void aLimitTooLowForTheCallsIsSaidAndItServesAllTheSame() throws Exception {
    try (var server = start(160, 512)) {
      assertServes(server);
      assertThat(server.stderr())
          .contains("at most 160 files and connections may be open", "max_in_flight is lowered to");
    }
  }

  @Test
  void moreCallsThanTheLimitAllowsLeaveRoomForConnections() throws Exception {
    SimOptions slow = ServerFixture.sim().withLatency(Latency.parse("latency", "1s"));
    try (SimServer sim = SimServer.start(slow);
        var server = start(256, 512, sim.url())) {
      Path input = ServerFixture.chatLines(directory.resolve("in.jsonl"), CALLS, _ -> "");
      String id = ServerFixture.create(server.client(), "/v1/chat/completions", input).id();
      ServerFixture.awaitThat(() -> sim.counters().received() >= 20);

      assertServes(server);

      assertThat(server.stderr()).contains("max_in_flight is lowered to");
      assertThat(ServerFixture.await(server.client(), id).status())
          .isEqualTo(Batch.Status.COMPLETED);
    }
  }

  private NightjarProcess start(int descriptors, int inFlight) throws IOException {
    return start(descriptors, inFlight, "http://127.0.0.1:1/v1");
  }

  private NightjarProcess start(int descriptors, int inFlight, String upstream) throws IOException {
    return NightjarProcess.startLimited(
        directory,
        descriptors,
        "serve",
        "--port",
        "0",
        "--data",
        directory.resolve("data").toString(),
        "--upstream",
        upstream,
        "--max-in-flight",
        Integer.toString(inFlight));
  }

  private static void assertServes(NightjarProcess server) throws Exception {
    int port = server.port();
    List<Socket> idle = new ArrayList<>();
    for (int i = 0; i < IDLE; i++) {
      idle.add(new Socket(InetAddress.getLoopbackAddress(), port));
      if (i % 30 == 0) {
        assertThat(ask(port)).startsWith("HTTP/1.1 200");
      }
    }
    assertThat(ask(port)).startsWith("HTTP/1.1 200");
    for (Socket socket : idle) {
      socket.close();
    }
    assertThat(ask(port)).startsWith("HTTP/1.1 200");
    assertThat(server.stderr()).doesNotContain("terminating now");
  }

  private static String ask(int port) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write(
              "GET /v1/batches HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }
}
