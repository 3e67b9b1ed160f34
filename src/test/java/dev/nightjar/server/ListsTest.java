package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.NodeFixture;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Lists, single batches and metrics beside a batch that runs: they ask the engine nothing. {@code
 * bench/lists} has 100,000 batches there, and says how long each takes.
 */
@Tag("server")
class ListsTest {
  private static final int ENDED = Integer.getInteger("lists.ended", 300);
  private static final int WAITING = Integer.getInteger("lists.waiting", 30);
  private static final int ROUNDS = Integer.getInteger("lists.rounds", 20);
  private static final long P99_MILLIS = Long.getLong("lists.p99", Long.MAX_VALUE);

  /** What is measured is what a server does that has run for a while. */
  private static final int WARM_ROUNDS = ROUNDS / 2 + 1;

  private static final int LINES = 20_000 + 100 * ROUNDS;

  @TempDir private Path folder;

  @Test
  void whoeverReadsAsksTheEngineNothing() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    Path data = folder.resolve("data");
    try (var node =
        NodeFixture.openStores(data, "http://127.0.0.1:1/v1", EngineLimits.defaults())) {
      new ManyBatches(node, input).make(ENDED, WAITING);
    }
    SimServer sim =
        SimServer.start(
            ServerFixture.sim().withRecordRequests(false).withLatency(latency("300ms")));
    try (var fixture = ServerFixture.start(sim, ServerFixture.settings(data, sim.url(), 64));
        HttpClient http = HttpClient.newHttpClient()) {
      var reader = new Reader(http, "http://127.0.0.1:%d".formatted(fixture.server.port()));
      String running = fixture.create("/v1/chat/completions", input).id();
      ServerFixture.awaitThat(() -> reader.completed(running) > 0);

      reader.readAll(running);

      assertThat(reader.status(running)).isEqualTo("in_progress");
      assertThat(fixture.server.engine().questions()).isZero();
      assertThat(reader.slowest).isLessThanOrEqualTo(P99_MILLIS);
    }
  }

  private static Latency latency(String text) {
    return Latency.parse("latency", text);
  }

  private static final class Reader {
    private final HttpClient http;
    private final String address;

    /** The 99th percentile of what took longest, in milliseconds. */
    private long slowest;

    private long lastCompleted;

    Reader(HttpClient http, String address) {
      this.http = http;
      this.address = address;
    }

    void readAll(String running) {
      JsonNode page = Json.read(get("/v1/batches?limit=100"));
      String hundredth = page.path("last_id").asString();
      long then = page.at("/data/99/created_at").asLong();
      var kinds = new LinkedHashMap<String, String>();
      kinds.put("the first page", "/v1/batches");
      kinds.put("a page of 100", "/v1/batches?limit=100");
      kinds.put("a later page", "/v1/batches?after=" + hundredth);
      kinds.put("completed", "/v1/batches?status=completed");
      kinds.put("in progress", "/v1/batches?status=in_progress");
      kinds.put("failed", "/v1/batches?status=failed");
      kinds.put("of a model", "/v1/batches?model=" + ManyBatches.MODEL);
      kinds.put("before a time", "/v1/batches?created_before=" + then);
      kinds.put("by metadata", "/v1/batches?metadata.team=team-3");
      kinds.put("by metadata and state", "/v1/batches?metadata.team=team-3&status=completed");
      kinds.put("the one that runs", "/v1/batches/" + running);
      kinds.put("one that has ended", "/v1/batches/" + hundredth);
      kinds.put("metrics", "/metrics");
      for (int i = 0; i < WARM_ROUNDS; i++) {
        kinds.values().forEach(this::get);
      }
      for (Map.Entry<String, String> kind : kinds.entrySet()) {
        measure(kind.getKey(), kind.getValue(), running);
      }
    }

    private void measure(String name, String path, String running) {
      long[] nanos = new long[ROUNDS];
      for (int i = 0; i < ROUNDS; i++) {
        long begun = System.nanoTime();
        get(path);
        nanos[i] = System.nanoTime() - begun;
      }
      Arrays.sort(nanos);
      long p99 = nanos[(ROUNDS * 99 + 99) / 100 - 1];
      slowest = Math.max(slowest, Math.ceilDiv(p99, 1_000_000));
      System.out.printf(
          "lists: %-22s p50 %6.2f ms, p99 %6.2f ms%n", name, nanos[ROUNDS / 2] / 1e6, p99 / 1e6);
      long completed = completed(running);
      assertThat(completed).as("what has been shown").isGreaterThanOrEqualTo(lastCompleted);
      lastCompleted = completed;
    }

    long completed(String batch) {
      return Json.read(get("/v1/batches/" + batch)).at("/request_counts/completed").asLong();
    }

    String status(String batch) {
      return Json.read(get("/v1/batches/" + batch)).path("status").asString();
    }

    private String get(String path) {
      try {
        HttpResponse<String> response =
            http.send(
                HttpRequest.newBuilder(URI.create(address + path)).build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return response.body();
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(path, e);
      }
    }
  }
}
