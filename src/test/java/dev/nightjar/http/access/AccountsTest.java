package dev.nightjar.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.Usage;
import dev.nightjar.cost.Price;
import dev.nightjar.cost.PriceTable;
import dev.nightjar.cost.Quotas;
import dev.nightjar.cost.Quotas.Quota;
import dev.nightjar.cost.Terms;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.store.BatchStore.BeginTerms;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.Samples;
import dev.nightjar.store.disk.DiskSpace;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What batches cost, how much may be spent and queued, and creations that are sent again. */
@Tag("server")
class AccountsTest {
  private static final long DAY = 86_400;
  private static final Price PRICE = price("1.25", "0.125", "10");
  private static final String BODY =
      """
      {"input_file_id": "file-x", "endpoint": "/v1/responses", "completion_window": "24h"}
      """;

  @TempDir private Path directory;
  private TestApi api;
  private long start;

  @BeforeEach
  void startServer() throws IOException {
    var quota = new Quota(null, Map.of("llama", 1_000L), new BigDecimal("13.125"));
    var terms =
        new Terms(new PriceTable("USD", Map.of("llama", PRICE)), new Quotas(quota, Map.of()));
    api = new TestApi(directory, ApiLimits.DEFAULT, Duration.ofSeconds(60), terms);
    start = api.now.get().getEpochSecond() / DAY * DAY;
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private static Price price(String input, String cached, String output) {
    return new Price(
        "USD",
        new BigDecimal(input),
        new BigDecimal(cached),
        new BigDecimal(output),
        new BigDecimal("0.5"));
  }

  /** A batch of one chunk whose ten lines have used so much; it is not finished. */
  private String used(String model, @Nullable Price price, Usage usage) throws Exception {
    String id = api.createBatch();
    long sequence = sequence(id);
    List<Chunk> chunks = Samples.validated(batch(sequence), 1).chunks();
    api.stores
        .batches()
        .begin(sequence, new ValidInput(model, 10, chunks), new BeginTerms(price, 400, null));
    for (Chunk chunk : api.stores.chunks().claim(sequence, 1)) {
      api.stores.chunks().seal(new Seal(chunk.id(), 1, 7, 0, 10, 0, usage));
    }
    return id;
  }

  private long sequence(String id) {
    return api.stores.batches().batch(Samples.PROJECT, new BatchId(id)).orElseThrow().sequence();
  }

  private Batch batch(long sequence) {
    return api.stores.batches().batch(sequence).orElseThrow();
  }

  private JsonNode get(String path) throws Exception {
    HttpResponse<byte[]> response = api.get("/v1" + path);
    assertThat(response.statusCode())
        .as(new String(response.body(), StandardCharsets.UTF_8))
        .isEqualTo(200);
    return TestApi.json(response);
  }

  // ---- cost

  @Test
  void batchSaysWhatTheGuidesExampleCosts() throws Exception {
    String id = used("llama", PRICE, new Usage(5_000_000, 0, 2_000_000, 0));

    assertThat(get("/batches/" + id).at("/nightjar/cost").toString())
        .isEqualTo("{\"currency\":\"USD\",\"standard\":26.25,\"batch\":13.125,\"saved\":13.125}");
  }

  @Test
  void cachedInputIsPricedByItsOwnRate() throws Exception {
    String id = used("llama", PRICE, new Usage(1_000_000, 800_000, 0, 0));

    assertThat(get("/batches/" + id).at("/nightjar/cost/standard").decimalValue())
        .isEqualByComparingTo("0.35");
  }

  @Test
  void batchWithoutAPriceHasNoCost() throws Exception {
    String validating = api.createBatch();
    String free = used("other", null, new Usage(1, 0, 1, 0));

    assertThat(get("/batches/" + validating).has("nightjar")).isFalse();
    assertThat(get("/batches/" + free).has("nightjar")).isFalse();
  }

  // ---- reports

  @Test
  void usageIsSummedByDayAndWhatIsAskedFor() throws Exception {
    used("llama", PRICE, new Usage(10, 2, 3, 1));
    used("llama", price("2", "2", "2"), new Usage(100, 0, 50, 0));
    used("qwen", null, new Usage(7, 0, 7, 0));
    api.now.set(api.now.get().plusSeconds(DAY));
    used("qwen", null, new Usage(1, 0, 1, 0));

    JsonNode all = get("/organization/usage/completions?start_time=" + start);
    JsonNode byModel =
        get("/organization/usage/completions?group_by%5B%5D=model&start_time=" + (start + 3_600));

    assertThat(all.path("object").asString()).isEqualTo("page");
    assertThat(all.path("has_more").asBoolean()).isFalse();
    assertThat(all.path("data")).hasSize(2);
    JsonNode first = all.at("/data/0");
    assertThat(first.path("start_time").asLong()).isEqualTo(start);
    assertThat(first.path("end_time").asLong()).isEqualTo(start + DAY);
    assertThat(first.path("results").toString())
        .isEqualTo(
            "[{\"object\":\"organization.usage.completions.result\",\"input_tokens\":117,"
                + "\"input_cached_tokens\":2,\"output_tokens\":60,\"input_audio_tokens\":0,"
                + "\"output_audio_tokens\":0,\"num_model_requests\":30,\"project_id\":null,"
                + "\"user_id\":null,\"api_key_id\":null,\"model\":null,\"batch\":true}]");
    assertThat(byModel.at("/data/0/results"))
        .extracting(sum -> sum.path("model").asString(), sum -> sum.path("input_tokens").asLong())
        .containsExactly(tuple("llama", 110L), tuple("qwen", 7L));
  }

  @Test
  void modelsAndProjectsCanBeSelected() throws Exception {
    used("llama", PRICE, new Usage(10, 0, 0, 0));
    used("qwen", null, new Usage(7, 0, 0, 0));

    String usage = "/organization/usage/completions?start_time=" + start;

    assertThat(get(usage + "&models=qwen").at("/data/0/results/0/input_tokens").asLong())
        .isEqualTo(7);
    assertThat(
            get(usage + "&models%5B%5D=qwen&models%5B%5D=llama")
                .at("/data/0/results/0/input_tokens")
                .asLong())
        .isEqualTo(17);
    assertThat(get(usage + "&project_ids=other").at("/data/0/results")).isEmpty();
    assertThat(
            get(usage + "&project_ids=default&group_by=project_id")
                .at("/data/0/results/0/project_id")
                .asString())
        .isEqualTo("default");
  }

  @Test
  void costsAreWhatIsChargedAndWhatItWouldHaveBeen() throws Exception {
    used("qwen", null, new Usage(7, 0, 7, 0));
    used("llama", price("2", "2", "2"), new Usage(1_000_000, 0, 0, 0));
    used("llama", PRICE, new Usage(5_000_000, 0, 2_000_000, 0));

    JsonNode costs = get("/organization/costs?group_by=line_item&start_time=" + start);

    assertThat(costs.at("/data/0/results").toString())
        .isEqualTo(
            "[{\"object\":\"organization.costs.result\",\"amount\":{\"value\":14.125,"
                + "\"currency\":\"usd\"},\"line_item\":\"llama\",\"project_id\":null,"
                + "\"nightjar\":{\"cost\":{\"currency\":\"USD\",\"standard\":28.25,"
                + "\"batch\":14.125,\"saved\":14.125}}}]");
  }

  @Test
  void adminsSeeAllProjectsAndOthersTheirOwn() throws Exception {
    used("llama", PRICE, new Usage(10, 0, 0, 0));
    String report = "/v1/organization/usage/completions?group_by=project_id&start_time=" + start;
    String admin = api.createKey("ops", Scope.ADMIN, null);
    String reader = api.createKey("ops", Scope.READ, null);

    assertThat(projects(api.request(report).header("Authorization", "Bearer " + admin)))
        .containsExactly("default");
    assertThat(projects(api.request(report).header("Authorization", "Bearer " + reader))).isEmpty();
    assertThat(
            projects(
                api.request(report)
                    .header("Authorization", "Bearer " + admin)
                    .header("OpenAI-Project", "ops")))
        .isEmpty();
  }

  private List<String> projects(HttpRequest.Builder request) throws Exception {
    JsonNode results = TestApi.json(api.send(request)).at("/data/0/results");
    return results.valueStream().map(sum -> sum.path("project_id").asString()).toList();
  }

  @Test
  void pagesOfDaysFollowEachOther() throws Exception {
    used("llama", PRICE, new Usage(10, 0, 0, 0));
    String query =
        "/organization/costs?limit=2&start_time=%d&end_time=%d"
            .formatted(start - 2 * DAY, start + 1);

    JsonNode first = get(query);
    JsonNode second = get(query + "&page=" + first.path("next_page").asString());

    assertThat(first.path("data")).hasSize(2).allMatch(day -> day.path("results").isEmpty());
    assertThat(first.path("has_more").asBoolean()).isTrue();
    assertThat(second.path("data")).hasSize(1);
    assertThat(second.at("/data/0/results")).hasSize(1);
    assertThat(second.path("next_page").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "'', missing_required_parameter, start_time",
    "start_time=x, invalid_type, start_time",
    "start_time=-1, integer_below_min_value, start_time",
    "start_time=1&limit=32, integer_above_max_value, limit",
    "start_time=1&bucket_width=1h, invalid_value, bucket_width",
    "start_time=1&group_by=user_id, invalid_value, group_by",
    "start_time=1&page=2, invalid_value, page"
  })
  void badQueriesAreExplained(String query, String code, String param) throws Exception {
    HttpResponse<byte[]> response = api.get("/v1/organization/usage/completions?" + query);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(TestApi.error(response).path("code").asString()).isEqualTo(code);
    assertThat(TestApi.error(response).path("param").asString()).isEqualTo(param);
  }

  // ---- quota and budget

  @Test
  void quotaShowsWhatIsUsedAndWhatMayBe() throws Exception {
    assertThat(get("/quota").path("enqueued_tokens").toString())
        .isEqualTo("[{\"model\":\"llama\",\"used\":0,\"limit\":1000}]");
    used("llama", PRICE, new Usage(1_000_000, 0, 0, 0));
    used("qwen", PRICE, new Usage(1_000_000, 0, 0, 0));

    assertThat(get("/quota").toString())
        .isEqualTo(
            "{\"object\":\"quota\",\"project_id\":\"default\",\"enqueued_tokens\":["
                + "{\"model\":\"llama\",\"used\":400,\"limit\":1000},"
                + "{\"model\":\"qwen\",\"used\":400,\"limit\":null}],"
                + "\"monthly_budget\":{\"currency\":\"USD\",\"spent\":1.25,\"limit\":13.125}}");
  }

  @Test
  void projectThatHasSpentItsBudgetStartsNothingNewUntilTheNextMonth() throws Exception {
    used("llama", PRICE, new Usage(5_000_000, 0, 1_999_999, 0));
    assertThat(api.post("/v1/batches", BODY).statusCode()).isEqualTo(200);
    used("llama", PRICE, new Usage(0, 0, 1, 0));

    HttpResponse<byte[]> refused = api.post("/v1/batches", BODY);

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(TestApi.error(refused).path("code").asString())
        .isEqualTo("billing_hard_limit_reached");
    assertThat(TestApi.error(refused).path("message").asString())
        .contains("project default has spent 13.125 of its 13.125 USD");
    api.now.set(Instant.parse("2026-12-01T00:00:00Z"));
    assertThat(api.post("/v1/batches", BODY).statusCode()).isEqualTo(200);
  }

  // ---- estimates

  @Test
  void estimateTakesFourBytesForATokenUntilTheModelHasAnswered() throws Exception {
    String line = "{\"custom_id\":\"%s\",\"body\":{\"model\":\"llama\"}}\n";
    String file = api.upload("batch", "in.jsonl", line.formatted("a") + "\n" + line.formatted("b"));
    long bytes = 2L * line.formatted("a").length() + 1;

    JsonNode before = get("/files/" + file + "/estimate");
    used("llama", PRICE, new Usage(500, 0, 1_000, 0));
    JsonNode after = get("/files/" + file + "/estimate");

    assertThat(before.path("model").asString()).isEqualTo("llama");
    assertThat(before.path("requests").asLong()).isEqualTo(2);
    assertThat(before.path("input_tokens").asLong()).isEqualTo((bytes + 3) / 4);
    assertThat(before.path("output_tokens").isNull()).isTrue();
    assertThat(before.at("/cost/batch").decimalValue())
        .isEqualByComparingTo(PRICE.cost((bytes + 3) / 4, 0, 0).batch());
    // 1,000 bytes of ten lines had 500 tokens, and 100 tokens of output each.
    assertThat(after.path("input_tokens").asLong()).isEqualTo((bytes + 1) / 2);
    assertThat(after.path("output_tokens").asLong()).isEqualTo(200);
    assertThat(api.get("/v1/files/file-none/estimate").statusCode()).isEqualTo(404);
  }

  // ---- creations that are sent again

  private HttpResponse<byte[]> create(String body, String... headers) throws Exception {
    HttpRequest.Builder request = api.request("/v1/batches");
    return api.send(
        (headers.length == 0 ? request : request.headers(headers))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  @Test
  void sameIdempotencyKeyGivesTheSameBatchAsItIsNow() throws Exception {
    JsonNode first = TestApi.json(create(BODY, "Idempotency-Key", "k"));
    api.post("/v1/batches/%s/cancel".formatted(first.path("id").asString()), "");

    HttpResponse<byte[]> again = create(" " + BODY, "Idempotency-Key", "k");

    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.headers().firstValue("x-nightjar-deduplicated")).hasValue("1");
    assertThat(TestApi.json(again).path("id")).isEqualTo(first.path("id"));
    assertThat(TestApi.json(again).path("status").asString()).isEqualTo("cancelling");
    assertThat(api.runner.created()).hasSize(1);
  }

  @Test
  @Tag("H1")
  void batchThatIsThereIsAnsweredAlsoWhenNoNewOneMayBegin() throws Exception {
    JsonNode first = TestApi.json(create(BODY, "Idempotency-Key", "k"));
    used("llama", PRICE, new Usage(5_000_000, 0, 2_000_000, 0));
    api.room.set(new DiskSpace.Room(0, 1L << 40, 1));

    HttpResponse<byte[]> again = create(BODY, "Idempotency-Key", "k");

    assertThat(create(BODY).statusCode()).as("another one").isEqualTo(400);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(TestApi.json(again).path("id")).isEqualTo(first.path("id"));
  }

  @Test
  void sameIdempotencyKeyWithAnotherBodyIsAConflictThatNoClientRepeats() throws Exception {
    create(BODY, "Idempotency-Key", "k");

    HttpResponse<byte[]> other = create(BODY.replace("file-x", "file-y"), "Idempotency-Key", "k");

    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(other.headers().firstValue("x-should-retry")).hasValue("false");
    assertThat(TestApi.error(other).path("code").asString()).isEqualTo("idempotency_key_reused");
  }

  @Test
  void idempotencyKeyOf256CharactersIsRefused() throws Exception {
    assertThat(create(BODY, "Idempotency-Key", "k".repeat(255)).statusCode()).isEqualTo(200);

    HttpResponse<byte[]> refused = create(BODY, "Idempotency-Key", "k".repeat(256));

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(TestApi.error(refused).path("param").asString()).isEqualTo("Idempotency-Key");
  }

  @Test
  void retryOfAnSdkIsTheRequestBeforeItAndAnotherSendersIsNot() throws Exception {
    String count = "x-stainless-retry-count";
    JsonNode first = TestApi.json(create(BODY, count, "0", "Authorization", "Bearer a"));

    HttpResponse<byte[]> retry = create(BODY, count, "1", "Authorization", "Bearer a");
    HttpResponse<byte[]> others = create(BODY, count, "1", "Authorization", "Bearer b");
    HttpResponse<byte[]> odd = create(BODY, count, "many", "Authorization", "Bearer a");

    assertThat(TestApi.json(retry).path("id")).isEqualTo(first.path("id"));
    assertThat(retry.headers().firstValue("x-nightjar-deduplicated")).hasValue("1");
    assertThat(others.headers().firstValue("x-nightjar-deduplicated")).isEmpty();
    assertThat(odd.headers().firstValue("x-nightjar-deduplicated")).isEmpty();
    assertThat(api.runner.created()).hasSize(3);
  }
}
