package dev.nightjar.http.batches;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.Live;
import dev.nightjar.store.BatchStore.FinishedFiles;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.Samples;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Tag("server")
class BatchesTest {
  @TempDir private Path directory;
  private TestApi api;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi(directory);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void aCreatedBatchIsHandedToTheEngine() throws Exception {
    String id = api.createBatch();

    assertThat(api.runner.created()).extracting(batch -> batch.id().value()).containsExactly(id);
  }

  @ParameterizedTest
  @CsvSource({"24h, 86400", "30m, 1800", "30d, 2592000", "90m, 5400", "720h, 2592000"})
  void theWindowSetsTheExpiry(String window, long seconds) throws Exception {
    JsonNode batch =
        TestApi.json(
            api.post(
                "/v1/batches",
                """
                {"input_file_id": "file-x", "endpoint": "/v1/embeddings",
                 "completion_window": "%s", "unknown": {"is": "ignored"}}
                """
                    .formatted(window)));

    assertThat(batch.get("completion_window").asString()).isEqualTo(window);
    assertThat(batch.get("expires_at").asLong() - batch.get("created_at").asLong())
        .isEqualTo(seconds);
  }

  @Test
  void outputExpiryAndMetadataAreKept() throws Exception {
    JsonNode batch =
        TestApi.json(
            api.post(
                "/v1/batches",
                """
                {"input_file_id": "file-x", "endpoint": "/v1/videos", "completion_window": "24h",
                 "output_expires_after": {"anchor": "created_at", "seconds": 3600},
                 "metadata": {"b": "2", "a": "1"}}
                """));

    assertThat(batch.get("metadata").toString()).isEqualTo("{\"a\":\"1\",\"b\":\"2\"}");
    assertThat(only().outputExpiresAfterSeconds()).isEqualTo(3600);
  }

  @Test
  @Tag("F1")
  void ownLimitOfCallsIsKeptAndShown() throws Exception {
    JsonNode batch =
        TestApi.json(
            api.post(
                "/v1/batches",
                """
                {"input_file_id": "file-x", "endpoint": "/v1/videos", "completion_window": "24h",
                 "max_in_flight": 3}
                """));

    assertThat(batch.at("/nightjar/max_in_flight").asInt()).isEqualTo(3);
    assertThat(only().maxInFlight()).isEqualTo(3);
  }

  @Test
  void pagesFollowEachOtherNewestFirst() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 21; i++) {
      ids.add(api.createBatch());
    }

    JsonNode first = TestApi.json(api.get("/v1/batches"));
    JsonNode last = TestApi.json(api.get("/v1/batches?limit=100&after=" + ids.get(1)));
    JsonNode none = TestApi.json(api.get("/v1/batches?limit=0"));
    JsonNode beyond = TestApi.json(api.get("/v1/batches?after=" + ids.get(0)));

    assertThat(ids(first)).isEqualTo(ids.reversed().subList(0, 20));
    assertThat(first.get("has_more").asBoolean()).isTrue();
    assertThat(first.get("last_id").asString()).isEqualTo(ids.get(1));
    assertThat(ids(last)).containsExactly(ids.get(0));
    assertThat(last.get("has_more").asBoolean()).isFalse();
    assertThat(none.toString()).isEqualTo("{\"object\":\"list\",\"data\":[],\"has_more\":false}");
    assertThat(beyond).isEqualTo(none);
  }

  @Test
  void aRunningBatchShowsItsLiveFiguresAndWhyItWaits() throws Exception {
    String id = api.createBatch();
    api.runner.show(
        only().sequence(),
        new Live(new RequestCounts(9, 4, 1), new Usage(10, 2, 5, 1), "no upstream answers"));

    JsonNode batch = TestApi.json(api.get("/v1/batches/" + id));

    assertThat(batch.get("request_counts").toString())
        .isEqualTo("{\"total\":9,\"completed\":4,\"failed\":1}");
    assertThat(batch.get("usage").get("total_tokens").asInt()).isEqualTo(15);
    assertThat(batch.at("/nightjar/progress/reason").asString()).isEqualTo("no upstream answers");
  }

  @Test
  void aBatchThatTheEngineForgotShowsItsRow() throws Exception {
    String id = api.createBatch();

    assertThat(TestApi.json(api.get("/v1/batches/" + id)).has("nightjar")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "not json"})
  void cancelTakesAnyBodyAndMayBeRepeated(String body) throws Exception {
    String id = api.createBatch();

    JsonNode first = TestApi.json(cancel(id, body));
    JsonNode again = TestApi.json(cancel(id, body));

    assertThat(first.get("status").asString()).isEqualTo("cancelling");
    assertThat(first.get("cancelling_at").asLong()).isEqualTo(api.now.get().getEpochSecond());
    assertThat(again).isEqualTo(first);
    assertThat(api.runner.cancelled()).extracting(batch -> batch.id().value()).contains(id);
  }

  @Test
  void aCancelledBatchMayBeCancelledAgain() throws Exception {
    String id = api.createBatch();
    var _ = cancel(id, "");
    finish();

    HttpResponse<byte[]> response = cancel(id, "");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(TestApi.json(response).get("status").asString()).isEqualTo("cancelled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"completed", "failed", "expired", "finalizing"})
  void aBatchThatEndedOtherwiseCannotBeCancelled(String status) throws Exception {
    String id = api.createBatch();
    bring(status);

    HttpResponse<byte[]> response = cancel(id, "");

    assertThat(response.statusCode()).isEqualTo(409);
    assertThat(response.headers().firstValue("x-should-retry")).contains("false");
    assertThat(TestApi.error(response).toString())
        .isEqualTo(
            "{\"message\":\"Cannot cancel a batch with status '%s'.\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}"
                .formatted(status));
  }

  /** Brings the only batch to this state as the engine would. */
  private void bring(String status) {
    long batch = only().sequence();
    if (status.equals("failed")) {
      api.stores.batches().fail(batch, List.of(new BatchError("c", "m", null, null)));
      return;
    }
    boolean isCompleted = status.equals("completed");
    var chunk = new ChunkId(batch, 0);
    List<Chunk> chunks = isCompleted ? List.of(new Chunk(chunk, 0, 0, 1, 0, 9)) : List.of();
    Samples.begin(api.stores, batch, new ValidInput("m", chunks.size(), chunks));
    if (isCompleted) {
      api.stores.chunks().claim(batch, 1);
      api.stores.chunks().seal(new Seal(chunk, 1, 0, 0, 1, 0, Usage.NONE));
      finish();
      return;
    }
    api.stores.batches().expire(batch);
    if (status.equals("expired")) {
      finish();
    }
  }

  private void finish() {
    var ids = new NewIds(new Random(5));
    api.stores
        .batches()
        .finish(only().sequence(), new FinishedFiles(ids.newFile(), ids.newFile(), null));
  }

  private Batch only() {
    return api.stores.batches().batch(1).orElseThrow();
  }

  private HttpResponse<byte[]> cancel(String id, String body)
      throws IOException, InterruptedException {
    return api.send(
        api.request("/v1/batches/" + id + "/cancel").POST(BodyPublishers.ofString(body)));
  }

  private static List<String> ids(JsonNode page) {
    return page.get("data").valueStream().map(batch -> batch.get("id").asString()).toList();
  }
}
