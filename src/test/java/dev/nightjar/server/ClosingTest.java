package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.testing.DeadPort;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Lines of a cancelled batch that never ran are closed from the input, fast and exactly. */
@Tag("server")
@Order(1)
class ClosingTest {
  @TempDir Path folder;
  @AutoClose private final DeadPort nobody = new DeadPort();

  @Test
  void killWhileLinesAreClosedNeitherLosesNorRepeatsOne() throws Exception {
    int lines = 50_000;
    String upstream = nobody.url();
    String id;
    try (NightjarProcess server = serve(upstream)) {
      id = createAndCancel(server, lines);
      ServerFixture.awaitThat(() -> errorObjects() > 10);
      server.kill();
    }
    long closed = errorObjects();
    try (NightjarProcess server = serve(upstream)) {
      Batch cancelled = ServerFixture.await(server.client(), id);

      assertThat(closed).as("not all before the kill").isLessThan(lines / 500);
      assertClosed(server, cancelled, lines);
    }
  }

  @Test
  @Tag("full")
  void millionLinesAreClosedInSeconds() throws Exception {
    int lines = 1_000_000;
    try (NightjarProcess server = serve(nobody.url())) {
      String id = createAndCancel(server, lines);
      Duration cpu = cpu(server);
      long begun = System.nanoTime();

      Batch cancelled = ServerFixture.await(server.client(), id);

      double seconds = (System.nanoTime() - begun) / 1e9;
      System.err.printf(
          "closed %d lines in %.1f s, with %.1f s of CPU%n",
          lines, seconds, cpu(server).minus(cpu).toMillis() / 1e3);
      assertThat(seconds).as("10 on an idle machine is the aim").isLessThan(30);
      assertClosed(server, cancelled, lines);
    }
  }

  @Test
  void longLinesThatAreClosedKeepTheirIds() throws Exception {
    int lines = 200;
    String padding = ",\"user\":\"%s\"".formatted("x".repeat(20_000));
    Path input = ServerFixture.chatLines(folder.resolve("long.jsonl"), lines, _ -> padding);
    try (NightjarProcess server = serve(nobody.url())) {
      String id = createAndCancel(server, input);

      assertClosed(server, ServerFixture.await(server.client(), id), lines);
    }
  }

  private static Duration cpu(NightjarProcess server) {
    return server.process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private String createAndCancel(NightjarProcess server, int lines) throws IOException {
    return createAndCancel(
        server, ServerFixture.chatLines(folder.resolve("in.jsonl"), lines, _ -> ""));
  }

  private static String createAndCancel(NightjarProcess server, Path input) throws IOException {
    String id = ServerFixture.create(server.client(), "/v1/chat/completions", input).id();
    var batches = server.client().batches();
    ServerFixture.awaitThat(() -> batches.retrieve(id).status().equals(Batch.Status.IN_PROGRESS));
    batches.cancel(id);
    return id;
  }

  private static void assertClosed(NightjarProcess server, Batch cancelled, int lines)
      throws IOException {
    assertThat(cancelled.status()).isEqualTo(Batch.Status.CANCELLED);
    assertThat(cancelled.outputFileId()).isEmpty();
    assertThat(cancelled.requestCounts().orElseThrow().total()).isEqualTo(lines);
    assertThat(cancelled.requestCounts().orElseThrow().completed()).isZero();
    assertThat(cancelled.requestCounts().orElseThrow().failed()).isZero();
    List<String> errors =
        ServerFixture.lines(server.client(), cancelled.errorFileId().orElseThrow());
    assertThat(errors).hasSize(lines);
    for (int i = 0; i < lines; i++) {
      JsonNode line = Json.read(errors.get(i));
      assertThat(line.path("custom_id").asString()).isEqualTo("row-" + i);
      assertThat(line.at("/error/code").asString()).isEqualTo("batch_cancelled");
      assertThat(line.path("response").isNull()).isTrue();
    }
  }

  private NightjarProcess serve(String upstream) throws IOException {
    return NightjarProcess.start(
        folder, "serve", "--port", "0", "--data", data().toString(), "--upstream", upstream);
  }

  private Path data() {
    return folder.resolve("data");
  }

  private long errorObjects() {
    long count = 0;
    for (Path folder : list(data().resolve("objects"))) {
      count += list(folder).stream().filter(file -> file.toString().contains(".err")).count();
    }
    return count;
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
