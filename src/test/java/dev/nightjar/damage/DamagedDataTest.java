package dev.nightjar.damage;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.batches.Batch;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.nightjar.RunningServer;
import dev.nightjar.sim.ErrorRates;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.FlippedBit;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server on whose disk bits flip: nothing wrong is sent to an upstream or a client. */
@Tag("server")
@Tag("K6")
class DamagedDataTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final int LINES = 2_000;
  private static final int LONG_LINES = 12;
  private static final int LONG = 200_000;
  private static final int SPOOLED = 3_000_000;

  @TempDir Path folder;

  // ---- inputs

  @Test
  void batchWithADamagedInputWaitsWithAReasonAndGoesOnWhenItIsPutRight() throws Exception {
    Path data = folder.resolve("data");
    try (SimServer sim = slow()) {
      String id = runPart(data, sim);
      FlippedBit flipped = inTheLastBlock(data);
      try (Running server = Running.start(data, sim.url())) {
        ServerFixture.awaitThat(() -> server.reason(id).contains("is damaged: its bytes"));
        assertThat(server.get("/metrics"))
            .containsPattern("(?m)^nightjar_damaged_reads_total [1-9]");

        flipped.flip();

        Batch batch = ServerFixture.await(server.client, id);
        assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
        assertRows(ServerFixture.lines(server.client, batch.outputFileId().orElseThrow()), LINES);
      }
    }
  }

  @Test
  void cancelledBatchWithADamagedInputAccountsForEveryLine() throws Exception {
    Path data = folder.resolve("data");
    try (SimServer sim = slow()) {
      String id = runPart(data, sim);
      var _ = inTheLastBlock(data);
      try (Running server = Running.start(data, sim.url())) {
        server.client.batches().cancel(id);

        Batch batch = ServerFixture.await(server.client, id);

        assertThat(batch.status()).isEqualTo(Batch.Status.CANCELLED);
        List<String> output =
            ServerFixture.lines(server.client, batch.outputFileId().orElseThrow());
        List<String> errors = ServerFixture.lines(server.client, batch.errorFileId().orElseThrow());
        assertThat(output.size() + errors.size()).isEqualTo(LINES);
        List<String> named =
            ServerFixture.customIds(
                Stream.concat(output.stream(), errors.stream())
                    .filter(line -> !Json.read(line).path("custom_id").isNull()));
        assertThat(named).doesNotHaveDuplicates().hasSizeBetween(LINES / 2, LINES - 1);
        assertThat(rows(LINES)).containsAll(named);
      }
    }
  }

  @Test
  void bodyThatIsStreamedIsCheckedOnItsWay() throws Exception {
    Path data = folder.resolve("data");
    String text = "y".repeat(LONG);
    Path input =
        ServerFixture.chatLines(
            folder.resolve("in.jsonl"), LONG_LINES, _ -> ",\"user\":\"%s\"".formatted(text));
    var hold = new CountDownLatch(1);
    try (var upstream = new Upstream(hold, "{\"id\":\"a\"}");
        Running server = Running.start(data, upstream.url(), 1)) {
      String id = ServerFixture.create(server.client, "/v1/chat/completions", input).id();
      ServerFixture.awaitThat(() -> upstream.bodies.size() == 1);
      Path file = FlippedBit.fileOf(data, "files/");
      FlippedBit flipped = new FlippedBit(file, (LONG * 11L) * Byte.SIZE).flip();
      hold.countDown();

      ServerFixture.awaitThat(() -> server.reason(id).contains("is damaged: its bytes"));
      flipped.flip();

      Batch batch = ServerFixture.await(server.client, id);
      assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(LONG_LINES);
      assertThat(upstream.bodies).hasSize(LONG_LINES).allMatch(body -> body.contains(text));
    }
  }

  // ---- answers

  @Test
  void noFlippedBitOfAnAnswerIsServed() throws Exception {
    Path data = folder.resolve("data");
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES / 10, _ -> "");
    try (SimServer sim =
            SimServer.start(ServerFixture.sim().withErrors(ErrorRates.parse("400=10")));
        Running server = Running.start(data, sim.url())) {
      String id = ServerFixture.create(server.client, "/v1/chat/completions", input).id();
      Batch batch = ServerFixture.await(server.client, id);
      assertServesNoFlippedBit(server, data, ".out", batch.outputFileId().orElseThrow());
      assertServesNoFlippedBit(server, data, ".err", batch.errorFileId().orElseThrow());
      assertServesNoFlippedBit(server, data, "files@", batch.inputFileId());
    }
  }

  private static void assertServesNoFlippedBit(
      Running server, Path data, String part, String fileId) throws Exception {
    String path = "/v1/files/%s/content".formatted(fileId);
    String whole = server.get(path);
    var random = new Random(5);
    for (Path object : objects(data, part)) {
      for (int i = 0; i < 3; i++) {
        FlippedBit flipped = FlippedBit.anyOf(object, random);
        String got;
        try {
          got = server.get(path);
        } catch (IOException _) {
          got = "\"server_error\""; // It broke off.
        }
        assertThat(got).as("%s", flipped).contains("\"server_error\"");
        flipped.flip();
      }
    }
    assertThat(server.get(path)).isEqualTo(whole);
  }

  @Test
  void answerThatIsDamagedOnItsWayToItsObjectIsWaitedFor() throws Exception {
    Path data = folder.resolve("data");
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 3, _ -> "");
    String answer = "{\"id\":\"%s\"}".formatted("z".repeat(SPOOLED));
    var hold = new CountDownLatch(1);
    try (var upstream = new Upstream(hold, answer);
        Running server = Running.start(data, upstream.url())) {
      String id = ServerFixture.create(server.client, "/v1/chat/completions", input).id();
      // Once they are counted, nobody but the seal reads them.
      ServerFixture.awaitThat(() -> completed(server, id) == 2);
      FlippedBit flipped = FlippedBit.anyOf(objects(data, "spool@").getFirst(), new Random(9));
      hold.countDown();

      ServerFixture.awaitThat(() -> server.reason(id).contains("is damaged: its bytes"));
      assertThat(server.client.batches().retrieve(id).status()).isEqualTo(Batch.Status.IN_PROGRESS);
      flipped.flip();

      Batch batch = ServerFixture.await(server.client, id);
      List<String> output = ServerFixture.lines(server.client, batch.outputFileId().orElseThrow());
      assertRows(output, 3);
      assertThat(output).allMatch(line -> line.contains(answer));
    }
  }

  // ---- what these need

  private static long completed(Running server, String id) {
    return server.client.batches().retrieve(id).requestCounts().orElseThrow().completed();
  }

  /** Answers each request with the same; one of them only when it is told to. */
  private static final class Upstream implements AutoCloseable {
    private final HttpServer server;
    private final String answer;
    private final CountDownLatch hold;
    final Queue<String> bodies = new ConcurrentLinkedQueue<>();

    Upstream(CountDownLatch hold, String answer) throws IOException {
      this.hold = hold;
      this.answer = answer;
      this.server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext("/", this::answer);
      server.start();
    }

    String url() {
      return "http://127.0.0.1:%d/v1".formatted(server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
      try (exchange) {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean isCall = exchange.getRequestURI().getPath().endsWith("/chat/completions");
        if (isCall) {
          String text = new String(body, StandardCharsets.UTF_8);
          bodies.add(text);
          if (text.contains("Question 0")) {
            hold.await();
          }
        }
        byte[] sent = (isCall ? answer : "{\"data\":[]}").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, sent.length);
        exchange.getResponseBody().write(sent);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      hold.countDown();
      server.stop(0);
    }
  }

  private record Running(RunningServer server, OpenAIClient client) implements AutoCloseable {
    static Running start(Path data, String upstream) {
      return start(data, upstream, 16);
    }

    static Running start(Path data, String upstream, int maxInFlight) {
      RunningServer server =
          RunningServer.start(ServerFixture.settings(data, upstream, maxInFlight));
      return new Running(server, ServerFixture.client(server.port()));
    }

    String get(String path) throws IOException, InterruptedException {
      var uri = URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path));
      return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }

    String reason(String batch) {
      try {
        return Json.read(get("/v1/batches/" + batch)).at("/nightjar/progress/reason").asString("");
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      client.close();
      server.stop();
    }
  }

  private static SimServer slow() {
    return SimServer.start(ServerFixture.sim().withLatency(Latency.parse("latency", "20ms")));
  }

  /** Runs a part of a batch and stops. */
  private String runPart(Path data, SimServer sim) throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    try (Running server = Running.start(data, sim.url())) {
      String id = ServerFixture.create(server.client, "/v1/chat/completions", input).id();
      ServerFixture.awaitThat(() -> sim.counters().answered() > LINES / 3);
      return id;
    }
  }

  private static FlippedBit inTheLastBlock(Path data) throws IOException {
    Path input = FlippedBit.fileOf(data, "files/");
    return new FlippedBit(input, (Files.size(input) - 1_000) * Byte.SIZE).flip();
  }

  private static List<Path> objects(Path data, String part) {
    try (Stream<Path> files = Files.walk(data.resolve("objects"))) {
      return files.filter(file -> file.getFileName().toString().contains(part)).toList();
    } catch (IOException | UncheckedIOException _) {
      return List.of(); // One went while it was looked at.
    }
  }

  private static List<String> rows(int count) {
    return IntStream.range(0, count).mapToObj(i -> "row-" + i).toList();
  }

  private static void assertRows(List<String> output, int count) {
    assertThat(ServerFixture.customIds(output.stream())).isEqualTo(rows(count));
  }
}
