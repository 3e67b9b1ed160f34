package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.errors.NotFoundException;
import com.openai.models.batches.Batch;
import dev.nightjar.NodeFixture;
import dev.nightjar.RunningServer;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.config.Settings;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches that end early keep what was answered, and account for every line. */
@Tag("server")
class EndingsTest {
  private static final int LINES = 3_000;

  @TempDir Path folder;

  @Test
  void cancelledBatchKeepsItsAnswersAndListsTheRest() throws IOException {
    var options = ServerFixture.sim().withLatency(Latency.parse("latency", "50ms"));
    try (var fixture = ServerFixture.start(folder.resolve("data"), options)) {
      Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
      String id = fixture.create("/v1/chat/completions", input).id();
      ServerFixture.awaitThat(() -> fixture.sim.counters().answered() > 300);

      Batch cancelling = fixture.client.batches().cancel(id);
      Batch cancelled = fixture.await(id);

      assertThat(cancelling.status().asString()).isIn("cancelling", "cancelled");
      assertThat(cancelling.cancellingAt()).isPresent();
      assertThat(cancelled.status()).isEqualTo(Batch.Status.CANCELLED);
      List<String> output = fixture.lines(cancelled.outputFileId().orElseThrow());
      List<String> errors = fixture.lines(cancelled.errorFileId().orElseThrow());
      assertThat(output).hasSizeGreaterThan(250);
      assertThat(cancelled.requestCounts().orElseThrow().completed()).isEqualTo(output.size());
      assertThat(cancelled.requestCounts().orElseThrow().failed()).isZero();
      assertAccounted(output, errors, "batch_cancelled");
      assertThat(fixture.client.batches().cancel(id).status()).isEqualTo(Batch.Status.CANCELLED);
    }
  }

  @Test
  void expiredBatchKeepsItsAnswersAndListsTheRest() throws Exception {
    var options = ServerFixture.sim().withLatency(Latency.parse("latency", "50ms"));
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    try (SimServer sim = SimServer.start(options);
        NodeFixture node = open(sim)) {
      long batch = node.create(input, Duration.ofMillis(1_500));
      var expired = node.await(batch);

      assertThat(expired.status()).isEqualTo(BatchStatus.EXPIRED);
      assertThat(expired.stamps().finalizingAt()).isNotNull();
      List<String> output = node.lines(expired.outputFileId());
      List<String> errors = node.lines(expired.errorFileId());
      assertThat(expired.counts().completed()).isEqualTo(output.size()).isPositive();
      assertThat(expired.counts().failed()).isZero();
      assertAccounted(output, errors, "batch_expired");
    }
  }

  @Test
  void inputDeletedInMidRunIsReadToItsEndAlsoAfterARestart() throws IOException {
    var options = ServerFixture.sim().withLatency(Latency.parse("latency", "50ms"));
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    String id;
    try (var fixture = ServerFixture.start(folder.resolve("data"), options)) {
      Batch batch = fixture.create("/v1/chat/completions", input);
      id = batch.id();
      ServerFixture.awaitThat(() -> fixture.sim.counters().answered() > 300);

      assertThat(fixture.client.files().delete(batch.inputFileId()).deleted()).isTrue();
    }
    try (var fixture = ServerFixture.start(folder.resolve("data"), options)) {
      Batch completed = fixture.await(id);

      assertThat(completed.status()).isEqualTo(Batch.Status.COMPLETED);
      assertThat(fixture.sim.counters().answered()).as("not all before").isGreaterThan(1_000);
      List<String> output = fixture.lines(completed.outputFileId().orElseThrow());
      assertThat(ServerFixture.customIds(output.stream()))
          .containsExactlyElementsOf(
              IntStream.range(0, LINES).mapToObj(row -> "row-" + row).toList());
      assertThat(completed.errorFileId()).isEmpty();
      assertThatThrownBy(() -> fixture.client.files().retrieve(completed.inputFileId()))
          .isInstanceOf(NotFoundException.class);
    }
  }

  @Test
  void batchCancelledInMidValidationHasNoFilesAndCountsNothing() throws IOException {
    Path input =
        ServerFixture.chatLines(
            folder.resolve("in.jsonl"), 100_000, _ -> ",\"user\":\"" + "u".repeat(1_000) + "\"");
    try (var fixture = ServerFixture.start(folder.resolve("data"), ServerFixture.sim())) {
      String id = fixture.create("/v1/chat/completions", input).id();
      fixture.client.batches().cancel(id);

      assertCancelledWhileValidating(fixture.await(id));
      assertThat(fixture.sim.counters().received()).isZero();
      Batch next =
          fixture.create(
              "/v1/chat/completions",
              ServerFixture.chatLines(folder.resolve("next.jsonl"), 3, _ -> ""));
      assertThat(fixture.await(next.id()).status()).isEqualTo(Batch.Status.COMPLETED);
    }
  }

  @Test
  void cancelWhileValidatingWaitsForNoUpstream() throws IOException {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 3, _ -> "");
    try (var silent = ScriptedServer.playing(ScriptedServer.Peer::awaitClose);
        var server = RunningServer.start(settings(silent))) {
      OpenAIClient client = ServerFixture.client(server.port());
      String id = ServerFixture.create(client, "/v1/chat/completions", input).id();
      long begun = System.nanoTime();
      client.batches().cancel(id);

      Batch cancelled = ServerFixture.await(client, id);

      assertThat(System.nanoTime() - begun).isLessThan(Duration.ofSeconds(3).toNanos());
      assertCancelledWhileValidating(cancelled);
      client.close();
    }
  }

  private static void assertCancelledWhileValidating(Batch cancelled) {
    assertThat(cancelled.status()).isEqualTo(Batch.Status.CANCELLED);
    assertThat(cancelled.inProgressAt()).isEmpty();
    assertThat(cancelled.outputFileId()).isEmpty();
    assertThat(cancelled.errorFileId()).isEmpty();
    assertThat(cancelled.requestCounts().orElseThrow().total()).isZero();
    assertThat(cancelled.requestCounts().orElseThrow().completed()).isZero();
    assertThat(cancelled.requestCounts().orElseThrow().failed()).isZero();
  }

  @Test
  void callsThatNeverEndAreCutAfterTheGraceAndTheirLinesAreUnexecuted() throws IOException {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    var calls = new AtomicInteger();
    var cut = new AtomicInteger();
    ScriptedServer.Script answersModelsOnly =
        peer -> {
          while (peer.readRequest().head().startsWith("GET")) {
            peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
          }
          calls.incrementAndGet();
          peer.awaitClose();
          cut.incrementAndGet();
        };
    try (var hanging = ScriptedServer.playing(answersModelsOnly);
        var server = RunningServer.start(settings(hanging))) {
      OpenAIClient client = ServerFixture.client(server.port());
      String id = ServerFixture.create(client, "/v1/chat/completions", input).id();
      ServerFixture.awaitThat(() -> calls.get() == 16);
      client.batches().cancel(id);

      Batch cancelled = ServerFixture.await(client, id);

      assertThat(cancelled.status()).isEqualTo(Batch.Status.CANCELLED);
      assertThat(cancelled.outputFileId()).isEmpty();
      assertAccounted(
          List.of(),
          ServerFixture.lines(client, cancelled.errorFileId().orElseThrow()),
          "batch_cancelled");
      ServerFixture.awaitThat(() -> cut.get() == 16);
      assertThat(calls).as("none was sent after the cancel").hasValue(16);
      client.close();
    }
  }

  @Test
  void batchWhoseWindowEndsWhileItValidatesRunsNoLine() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    try (SimServer sim = SimServer.start(ServerFixture.sim());
        NodeFixture node = open(sim)) {
      long batch = node.create(input, Duration.ZERO);
      var expired = node.await(batch);

      assertThat(expired.status()).isEqualTo(BatchStatus.EXPIRED);
      assertThat(expired.stamps().inProgressAt()).isNotNull();
      assertThat(expired.counts()).isEqualTo(new RequestCounts(LINES, 0, 0));
      assertThat(expired.outputFileId()).isNull();
      assertAccounted(List.of(), node.lines(expired.errorFileId()), "batch_expired");
      assertThat(sim.counters().received()).isZero();
    }
  }

  @Test
  void whicheverOfCancelAndDeadlineIsFirstStays() throws Exception {
    long seed = System.nanoTime();
    System.err.println("seed " + seed);
    var random = new SplittableRandom(seed);
    var options = ServerFixture.sim().withLatency(Latency.parse("latency", "20ms"));
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    try (SimServer sim = SimServer.start(options);
        NodeFixture node = open(sim)) {
      for (int round = 0; round < 6; round++) {
        long batch = node.create(input, Duration.ofMillis(300));
        Instant deadline = Objects.requireNonNull(node.batch(batch).stamps().expiresAt());
        Instant at = deadline.plusMillis(random.nextLong(-20, 20));
        ServerFixture.awaitThat(() -> Instant.now().isAfter(at));
        BatchStatus answer = cancel(node, batch);
        var ended = node.await(batch);

        boolean isCancelled = answer == BatchStatus.CANCELLING;
        assertThat(ended.status())
            .isEqualTo(isCancelled ? BatchStatus.CANCELLED : BatchStatus.EXPIRED);
        List<String> output = node.lines(ended.outputFileId());
        assertThat(ended.counts()).isEqualTo(new RequestCounts(LINES, output.size(), 0));
        assertAccounted(
            output,
            node.lines(ended.errorFileId()),
            isCancelled ? "batch_cancelled" : "batch_expired");
        assertThat(cancel(node, batch)).isEqualTo(ended.status());
      }
    }
  }

  /** As the API does it; what the batch's status is then. */
  private static BatchStatus cancel(NodeFixture node, long sequence) {
    var batch = node.batch(sequence);
    var cancelled = node.stores().batches().cancel(batch.project(), batch.id()).orElseThrow();
    if (cancelled.status() == BatchStatus.CANCELLING) {
      node.engine().cancelled(cancelled);
    }
    return cancelled.status();
  }

  /** Each line once, in order; the unexecuted ones with their code. */
  private static void assertAccounted(List<String> output, List<String> errors, String code) {
    assertThat(output.size() + errors.size()).isEqualTo(LINES);
    assertThat(errors)
        .isNotEmpty()
        .allMatch(line -> Json.read(line).at("/error/code").asString().equals(code))
        .allMatch(line -> Json.read(line).path("response").isNull());
    var rows = new ArrayList<String>(ServerFixture.customIds(output.stream()));
    rows.addAll(ServerFixture.customIds(errors.stream()));
    assertThat(rows).doesNotHaveDuplicates();
    assertThat(ServerFixture.customIds(errors.stream()).stream().map(EndingsTest::row)).isSorted();
  }

  private static int row(String customId) {
    return Integer.parseInt(customId.substring("row-".length()));
  }

  private Settings settings(ScriptedServer upstream) {
    String url = upstream.url("http", "/v1").toString();
    return ServerFixture.settings(folder.resolve("data"), url, 16);
  }

  private NodeFixture open(SimServer sim) {
    var limits = EngineLimits.defaults().withStopGrace(Duration.ofMillis(200));
    return NodeFixture.open(folder.resolve("data"), sim.url(), limits);
  }
}
