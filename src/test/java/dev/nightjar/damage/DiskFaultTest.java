package dev.nightjar.damage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.batches.Batch;
import dev.nightjar.RunningServer;
import dev.nightjar.config.BoundSettings;
import dev.nightjar.config.DiskFreeMin;
import dev.nightjar.config.Settings;
import dev.nightjar.cost.Terms;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ServerFixture;
import dev.nightjar.testing.SmallDisk;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A real server whose disk fills up, loses objects, and gets them back. */
@Tag("server")
class DiskFaultTest {
  private static final int LINES = 2_000;

  @TempDir Path folder;

  /**
   * The disk fills while answers come in: with the minimum of free space dispatch stops in time,
   * without one the journal, the seals and the database run into the end of the disk.
   */
  @ParameterizedTest
  @ValueSource(strings = {"4MiB", "0"})
  void batchOnADiskThatFillsUpWaitsWithAReasonAndEndsExactlyOnceThereIsRoom(String freeMin)
      throws Exception {
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 24);
        SimServer sim = SimServer.start(slow());
        Running server = start(disk.root(), sim, freeMin)) {
      OpenAIClient client = server.client;
      Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
      String id = ServerFixture.create(client, "/v1/chat/completions", input).id();
      await(() -> sim.counters().answered() > LINES / 10);

      disk.fill(0);

      await(() -> server.reason(id).matches(".*(must stay free|No space left|SQLITE_FULL).*"));
      assertThat(server.get("/healthz/ready").statusCode()).isEqualTo(200);
      long answered = settled(sim);
      assertThat(answered).as("calls while the disk is full").isLessThan(LINES);
      assertThatThrownBy(() -> ServerFixture.create(client, "/v1/chat/completions", input))
          .isInstanceOfSatisfying(
              OpenAIServiceException.class, e -> assertThat(e.statusCode()).isEqualTo(507));
      assertThat(aside(disk.root())).as("no partial file").isEmpty();

      disk.clear();

      Batch batch = ServerFixture.await(client, id);
      assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
      assertExact(ServerFixture.lines(client, batch.outputFileId().orElseThrow()));
      assertThat(batch.errorFileId()).isEmpty();
    }
  }

  @Test
  void batchWhoseInputIsLostWaitsWithAReasonAndGoesOnWhenItIsBack() throws Exception {
    Path data = folder.resolve("data");
    try (SimServer sim = SimServer.start(slow())) {
      String id = runHalf(data, sim);
      Path input = object(data, "files@");
      Path away = Files.move(input, folder.resolve("away"));
      try (Running server = start(data, sim, "0")) {
        OpenAIClient client = server.client;
        await(() -> server.reason(id).contains("is missing from the object store"));

        Files.move(away, input);

        Batch batch = ServerFixture.await(client, id);
        assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
        assertExact(ServerFixture.lines(client, batch.outputFileId().orElseThrow()));
      }
    }
  }

  @Test
  @Tag("K6")
  void inputThatIsLostBeforeItsValidationHoldsUpNobodyElseAndIsValidatedWhenItIsBack()
      throws Exception {
    Path data = folder.resolve("data");
    try (SimServer sim = SimServer.start(ServerFixture.sim());
        Running server = start(data, sim, "0")) {
      OpenAIClient client = server.client;
      Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
      String file = ServerFixture.upload(client, input).id();
      Path object = object(data, "files@" + file);
      Path away = Files.move(object, folder.resolve("away"));
      String id = ServerFixture.create(client, "/v1/chat/completions", file).id();
      await(() -> server.reason(id).contains("is missing from the object store"));
      assertThat(client.batches().retrieve(id).status()).isEqualTo(Batch.Status.VALIDATING);

      String other = ServerFixture.create(client, "/v1/chat/completions", input).id();
      assertThat(ServerFixture.await(client, other).status()).isEqualTo(Batch.Status.COMPLETED);
      Files.move(away, object);

      Batch batch = ServerFixture.await(client, id);
      assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
      assertExact(ServerFixture.lines(client, batch.outputFileId().orElseThrow()));
    }
  }

  @Test
  void cancelledBatchWhoseInputIsLostAccountsForEveryLine() throws Exception {
    Path data = folder.resolve("data");
    try (SimServer sim = SimServer.start(slow())) {
      String id = runHalf(data, sim);
      Files.delete(object(data, "files@"));
      try (Running server = start(data, sim, "0")) {
        OpenAIClient client = server.client;
        client.batches().cancel(id);

        Batch batch = ServerFixture.await(client, id);

        assertThat(batch.status()).isEqualTo(Batch.Status.CANCELLED);
        List<String> output = ServerFixture.lines(client, batch.outputFileId().orElseThrow());
        List<String> errors = ServerFixture.lines(client, batch.errorFileId().orElseThrow());
        assertThat(output).isNotEmpty();
        assertThat(output.size() + errors.size()).isEqualTo(LINES);
        assertThat(ServerFixture.customIds(output.stream())).doesNotHaveDuplicates();
        assertThat(errors)
            .allMatch(line -> Json.read(line).path("custom_id").isNull())
            .allMatch(
                line -> Json.read(line).at("/error/code").asString().equals("batch_cancelled"));
      }
    }
  }

  @Test
  void batchWithALostObjectDoesNotEndUntilItIsBack() throws Exception {
    Path data = folder.resolve("data");
    try (SimServer sim = SimServer.start(slow())) {
      String id = runHalf(data, sim);
      Path sealed = object(data, "batches@");
      Path away = Files.move(sealed, folder.resolve("away"));
      try (Running server = start(data, sim, "0")) {
        OpenAIClient client = server.client;
        await(() -> server.reason(id).contains("is missing from the object store"));
        assertThat(client.batches().retrieve(id).status()).isEqualTo(Batch.Status.FINALIZING);

        Files.move(away, sealed);

        Batch batch = ServerFixture.await(client, id);
        assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
        assertExact(ServerFixture.lines(client, batch.outputFileId().orElseThrow()));
      }
    }
  }

  // ---- a batch that has run for a while

  private static SimOptions slow() {
    return ServerFixture.sim().withLatency(Latency.parse("latency", "20ms"));
  }

  /** A server and a client of it. */
  private record Running(RunningServer server, OpenAIClient client) implements AutoCloseable {
    HttpResponse<String> get(String path) throws Exception {
      var uri = URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path));
      try (HttpClient http = HttpClient.newHttpClient()) {
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
      }
    }

    String reason(String batch) throws Exception {
      JsonNode json = Json.read(get("/v1/batches/" + batch).body());
      return json.at("/nightjar/progress/reason").asString("");
    }

    @Override
    public void close() {
      client.close();
      server.stop();
    }
  }

  private static Running start(Path data, SimServer sim, String diskFreeMin) {
    var bounds = BoundSettings.ofDisk(DiskFreeMin.parse(diskFreeMin));
    Settings settings =
        ServerFixture.settings(data, ServerFixture.upstream(sim.url(), 16), bounds, Terms.NONE);
    RunningServer server = RunningServer.start(settings);
    return new Running(server, ServerFixture.client(server.port()));
  }

  /** Runs about half of a batch and stops; some of its chunks are sealed. */
  private String runHalf(Path data, SimServer sim) throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    try (Running server = start(data, sim, "0")) {
      String id = ServerFixture.create(server.client, "/v1/chat/completions", input).id();
      await(() -> sim.counters().answered() > LINES / 2);
      return id;
    }
  }

  private static Path object(Path data, String prefix) throws IOException {
    try (Stream<Path> files = Files.walk(data.resolve("objects"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .findFirst()
          .orElseThrow();
    }
  }

  private static List<Path> aside(Path data) throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("objects").resolve("tmp"))) {
      return files.toList();
    }
  }

  private static void assertExact(List<String> output) {
    assertThat(ServerFixture.customIds(output.stream()))
        .containsExactlyElementsOf(IntStream.range(0, LINES).mapToObj(i -> "row-" + i).toList());
  }

  /** How many calls were answered in all, when no more are. */
  private static long settled(SimServer sim) throws Exception {
    long[] last = {-1, 0};
    await(() -> {
      long now = sim.counters().answered();
      last[1] = now == last[0] ? last[1] + 1 : 0;
      last[0] = now;
      return last[1] == 30;
    });
    return last[0];
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long limit = System.nanoTime() + ServerFixture.LIMIT.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(limit);
      LockSupport.parkNanos(20_000_000L);
    }
  }
}
