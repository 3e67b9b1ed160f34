package dev.nightjar.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.batches.Batch;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The process dies by SIGKILL at any point, and nothing is lost. */
@Tag("server")
@Order(1)
class KillTest {
  private static final int LINES = 5_000;
  private static final int KILLS = 5;
  private static final int IN_FLIGHT = 64;

  /** Calls take 20 ms or more, so that no more than this many end in 5 ms. */
  private static final int ANSWERS_IN_5_MS = IN_FLIGHT * 5 / 20;

  @TempDir Path folder;

  @Test
  void serverKilledFiveTimesLosesNothingAndRepeatsLittle() throws Exception {
    long seed = System.nanoTime();
    System.err.println("seed " + seed);
    SimOptions options = ServerFixture.sim().withLatency(Latency.parse("latency", "20ms..40ms"));
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    try (SimServer sim = SimServer.start(options)) {
      String id = null;
      for (long killAt : killPoints(new SplittableRandom(seed))) {
        try (NightjarProcess server = serve(sim)) {
          if (id == null) {
            id = create(server, input);
          }
          awaitReceived(sim, killAt);
          server.kill();
        }
      }
      assertThat(id).isNotNull();
      try (NightjarProcess server = serve(sim)) {
        assertWhole(server, id);
      }

      long repeated = sim.counters().seen().values().stream().mapToLong(times -> times - 1).sum();
      System.err.println("repeated %d calls in %d kills".formatted(repeated, KILLS));
      assertThat(sim.counters().seen()).hasSize(LINES);
      assertThat(repeated).isLessThanOrEqualTo((long) KILLS * (IN_FLIGHT + ANSWERS_IN_5_MS));
    }
  }

  @Test
  void runKilledTwiceGoesOnWithTheSameCommand() throws Exception {
    SimOptions options = ServerFixture.sim().withLatency(Latency.parse("latency", "10ms"));
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 2_000, _ -> "");
    Path output = folder.resolve("out.jsonl");
    try (SimServer sim = SimServer.start(options)) {
      String[] command = {
        "run",
        input.toString(),
        "-o",
        output.toString(),
        "--upstream",
        sim.url(),
        "--max-in-flight",
        "32"
      };
      for (long killAt : new long[] {300, 1_200}) {
        try (NightjarProcess run = NightjarProcess.start(folder, command)) {
          awaitReceived(sim, killAt);
          run.kill();
        }
        assertThat(output).doesNotExist();
      }
      try (NightjarProcess run = NightjarProcess.start(folder, command)) {
        assertThat(run.exitCode()).as(run.stderr()).isZero();
      }

      List<String> lines = Files.readAllLines(output);
      assertRows(lines, 2_000);
      assertThat(folder.resolve("out.jsonl.nightjar")).doesNotExist();
      try (NightjarProcess again = NightjarProcess.start(folder, command)) {
        long received = sim.counters().received();
        assertThat(again.exitCode()).isZero();
        assertThat(sim.counters().received()).as("already done: no call").isEqualTo(received);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "HUP"})
  @Tag("G1")
  void stoppedServerLetsCallsInFlightEndAndRepeatsNone(String signal) throws Exception {
    SimOptions options = ServerFixture.sim().withLatency(Latency.parse("latency", "300ms"));
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 500, _ -> "");
    try (SimServer sim = SimServer.start(options)) {
      String id;
      try (NightjarProcess server = serve(sim)) {
        id = create(server, input);
        awaitReceived(sim, 100);
        if (signal.equals("HUP")) {
          server.hangUp();
        } else {
          server.terminate();
        }
        assertThat(server.exitCode()).isZero();
      }
      try (NightjarProcess server = serve(sim)) {
        assertRows(output(server.client(), id), 500);
      }

      assertThat(sim.counters().seen().values()).allMatch(times -> times == 1);
    }
  }

  @Test
  @Tag("G1")
  void runWithoutATerminalGoesOnWhenThatIsClosed() throws Exception {
    SimOptions options = ServerFixture.sim().withLatency(Latency.parse("latency", "10ms"));
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 500, _ -> "");
    Path output = folder.resolve("out.jsonl");
    try (SimServer sim = SimServer.start(options);
        var run =
            NightjarProcess.startWithoutTerminal(
                folder,
                "run",
                input.toString(),
                "-o",
                output.toString(),
                "--upstream",
                sim.url())) {
      awaitReceived(sim, 50);
      run.hangUp();

      assertThat(run.exitCode()).as(run.stderr()).isZero();
    }
  }

  private static List<Long> killPoints(SplittableRandom random) {
    var points = new ArrayList<Long>();
    for (int i = 0; i < KILLS; i++) {
      points.add(random.nextLong(50, LINES - 100));
    }
    Collections.sort(points);
    return points;
  }

  private NightjarProcess serve(SimServer sim) throws IOException {
    return NightjarProcess.start(
        folder,
        "serve",
        "--port",
        "0",
        "--data",
        folder.resolve("data").toString(),
        "--upstream",
        sim.url(),
        "--max-in-flight",
        Integer.toString(IN_FLIGHT));
  }

  private static String create(NightjarProcess server, Path input) throws IOException {
    return ServerFixture.create(server.client(), "/v1/chat/completions", input).id();
  }

  private static void awaitReceived(SimServer sim, long calls) {
    long limit = System.nanoTime() + ServerFixture.LIMIT.toNanos();
    while (sim.counters().received() < calls) {
      if (System.nanoTime() > limit) {
        throw new AssertionError(
            "only %d of %d calls came".formatted(sim.counters().received(), calls));
      }
      LockSupport.parkNanos(1_000_000L);
    }
  }

  private static void assertWhole(NightjarProcess server, String id) throws IOException {
    OpenAIClient client = server.client();
    Batch batch = ServerFixture.await(client, id);
    assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
    assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(LINES);
    assertThat(batch.errorFileId()).isEmpty();
    List<String> lines = output(client, id);
    assertRows(lines, LINES);
    long tokens =
        lines.stream()
            .mapToLong(line -> Json.read(line).at("/response/body/usage/total_tokens").asLong())
            .sum();
    assertThat(batch.usage().orElseThrow().totalTokens()).isEqualTo(tokens);
    assertThat(chargedTokens(server)).as("what the ledger has").isEqualTo(tokens);
  }

  private static long chargedTokens(NightjarProcess server) throws IOException {
    URI usage =
        URI.create(
            "http://127.0.0.1:%d/v1/organization/usage/completions?start_time=%d"
                .formatted(server.port(), Instant.now().getEpochSecond() - 86_400));
    JsonNode page;
    try (InputStream body = usage.toURL().openStream()) {
      page = Json.read(new String(body.readAllBytes(), StandardCharsets.UTF_8));
    }
    long tokens = 0;
    for (JsonNode day : page.path("data")) {
      for (JsonNode sum : day.path("results")) {
        tokens += sum.path("input_tokens").asLong() + sum.path("output_tokens").asLong();
      }
    }
    return tokens;
  }

  private static List<String> output(OpenAIClient client, String id) {
    Batch batch = ServerFixture.await(client, id);
    return ServerFixture.lines(client, batch.outputFileId().orElseThrow());
  }

  /** Each row once, in order, with its own answer. */
  private static void assertRows(List<String> lines, int count) {
    assertThat(lines).hasSize(count);
    for (int i = 0; i < count; i++) {
      JsonNode line = Json.read(lines.get(i));
      assertThat(line.path("custom_id").asString()).isEqualTo("row-" + i);
      assertThat(line.at("/response/body/choices/0/message/content").asString())
          .isEqualTo("Simulated answer to: Question " + i);
    }
  }
}
