package dev.nightjar.http.batches;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.Samples;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The filters of {@code GET /v1/batches}, which OpenAI does not have. */
@Tag("server")
class BatchFilterTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  @TempDir private Path directory;
  private TestApi api;
  private final List<String> ids = new ArrayList<>();

  /** Batch i is of second i; the odd ones run, the rest are still validated. */
  @BeforeEach
  void start() throws Exception {
    api = new TestApi(directory);
    for (int i = 0; i < 6; i++) {
      api.now.set(NOON.plusSeconds(i).plusMillis(500));
      ids.add(
          create("{\"team\": \"%s\", \"a.b \\\"c\": \"é&=\"}".formatted(i < 3 ? "red" : "blue")));
      if (i % 2 == 1) {
        run(ids.get(i), i == 5 ? "llama" : "qwen");
      }
    }
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void statusSelects() throws Exception {
    assertThat(list("status=in_progress")).isEqualTo(ids(5, 3, 1));
    assertThat(list("status=validating")).isEqualTo(ids(4, 2, 0));
    assertThat(list("status=completed")).isEmpty();
  }

  @Test
  void modelSelectsWhatIsValidated() throws Exception {
    assertThat(list("model=qwen")).isEqualTo(ids(3, 1));
    assertThat(list("model=none")).isEmpty();
  }

  @Test
  void metadataMustHaveAllPairs() throws Exception {
    String strange = "metadata.%s=%s".formatted(encoded("a.b \"c"), encoded("é&="));

    assertThat(list("metadata.team=red")).isEqualTo(ids(2, 1, 0));
    assertThat(list("metadata.team=red&" + strange)).isEqualTo(ids(2, 1, 0));
    assertThat(list("metadata.team=red&metadata.x=y")).isEmpty();
    assertThat(list("metadata.team=re")).isEmpty();
  }

  @Test
  void timesSelectTheSecondsBetween() throws Exception {
    long noon = NOON.getEpochSecond();

    assertThat(list("created_after=" + (noon + 4))).isEqualTo(ids(5, 4));
    assertThat(list("created_before=" + (noon + 2))).isEqualTo(ids(1, 0));
    assertThat(list("created_after=%d&created_before=%d".formatted(noon + 1, noon + 3)))
        .isEqualTo(ids(2, 1));
  }

  @Test
  void filtersWorkTogetherAndPageByPage() throws Exception {
    String filter = "metadata.team=blue&status=in_progress&limit=1";

    JsonNode first = page(filter);
    JsonNode second = page(filter + "&after=" + ids.get(5));

    assertThat(ids(first)).isEqualTo(ids(5));
    assertThat(first.get("has_more").asBoolean()).isTrue();
    assertThat(ids(second)).isEqualTo(ids(3));
    assertThat(second.get("has_more").asBoolean()).isFalse();
    assertThat(list(filter + "&after=" + ids.get(3))).isEmpty();
  }

  @Test
  void whatIsEmptyDoesNotCount() throws Exception {
    assertThat(list("status=&model=&created_after=&created_before=")).hasSize(6);
  }

  @ParameterizedTest
  @CsvSource({
    "status=done, status, invalid_value",
    "created_after=yesterday, created_after, invalid_type",
    "created_after=-1, created_after, integer_below_min_value",
    "created_before=1763640000000, created_before, integer_above_max_value",
    "created_before=1.5, created_before, invalid_type",
  })
  void badValuesAreRefusedByName(String query, String param, String code) throws Exception {
    assertRefused(query, param, code);
  }

  @Test
  void metadataThatNoBatchCanHaveIsRefused() throws Exception {
    String key = "k".repeat(65);
    var many = new StringBuilder();
    for (int i = 0; i < 17; i++) {
      many.append("metadata.k").append(i).append("=v&");
    }

    assertRefused("metadata." + key + "=v", "metadata." + key, "property_name_above_max_length");
    assertRefused("metadata.k=" + "v".repeat(513), "metadata.k", "string_above_max_length");
    assertRefused(many.toString(), "metadata", "object_above_max_properties");
  }

  private void assertRefused(String query, String param, String code) throws Exception {
    HttpResponse<byte[]> response = api.get("/v1/batches?" + query);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(TestApi.error(response).get("param").asString()).isEqualTo(param);
    assertThat(TestApi.error(response).get("code").asString()).isEqualTo(code);
  }

  private String create(String metadata) throws Exception {
    String body =
        """
        {"input_file_id": "file-x", "endpoint": "/v1/responses", "completion_window": "24h",
         "metadata": %s}
        """
            .formatted(metadata);
    return TestApi.json(api.post("/v1/batches", body)).get("id").asString();
  }

  private void run(String id, @Nullable String model) {
    Batch batch = api.stores.batches().batch("default", new BatchId(id)).orElseThrow();
    Samples.begin(api.stores, batch.sequence(), new ValidInput(model, 0, List.of()));
  }

  private JsonNode page(String query) throws IOException, InterruptedException {
    return TestApi.json(api.get("/v1/batches?" + query));
  }

  private List<String> list(String query) throws IOException, InterruptedException {
    return ids(page(query));
  }

  private static List<String> ids(JsonNode page) {
    return page.get("data").valueStream().map(batch -> batch.get("id").asString()).toList();
  }

  private List<String> ids(int... indexes) {
    return Arrays.stream(indexes).mapToObj(ids::get).toList();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
