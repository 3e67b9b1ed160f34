package dev.nightjar.http.batches;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.BatchError;
import dev.nightjar.testing.TestApi;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** How many problems of a batch that failed each answer shows. */
@Tag("server")
@Tag("K1")
class FailedBatchListTest {
  private static final int PROBLEMS = 1_000;
  private static final int BODY_BYTES_MAX = 1 << 20;

  @TempDir Path directory;
  private TestApi api;

  @BeforeEach
  void startServer() throws Exception {
    api = new TestApi(directory);
  }

  @AfterEach
  void stopServer() {
    api.close();
  }

  /** Creates a batch that fails with so many problems, and gives its id. */
  private String failed(long sequence, int problems) throws Exception {
    String id = api.createBatch();
    List<BatchError> errors =
        LongStream.rangeClosed(1, problems)
            .mapToObj(line ->
                new BatchError("invalid_url", "This line is not valid. ".repeat(5), "url", line))
            .toList();
    api.stores.batches().fail(sequence, errors);
    return id;
  }

  private static List<Long> lines(JsonNode batch) {
    return batch.at("/errors/data").valueStream().map(error -> error.get("line").asLong()).toList();
  }

  @Test
  void pageOfHundredFailedBatchesShowsTenProblemsOfEachAndTheirTotal() throws Exception {
    for (int i = 1; i <= 100; i++) {
      String _ = failed(i, PROBLEMS);
    }

    HttpResponse<byte[]> answer = api.get("/v1/batches?limit=100");

    assertThat(answer.body()).hasSizeLessThan(BODY_BYTES_MAX);
    JsonNode data = TestApi.json(answer).get("data");
    assertThat(data.size()).isEqualTo(100);
    for (JsonNode batch : data) {
      assertThat(lines(batch)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
      assertThat(batch.at("/nightjar/errors_total").asInt()).isEqualTo(PROBLEMS);
    }
  }

  @Test
  void retrievedBatchShowsAllProblemsAndTheirTotal() throws Exception {
    String id = failed(1, PROBLEMS);

    JsonNode batch = TestApi.json(api.get("/v1/batches/" + id));

    assertThat(lines(batch)).isEqualTo(LongStream.rangeClosed(1, PROBLEMS).boxed().toList());
    assertThat(batch.at("/nightjar/errors_total").asInt()).isEqualTo(PROBLEMS);
  }

  @Test
  void tenProblemsAreAllThatThereIs() throws Exception {
    String id = failed(1, 10);

    JsonNode retrieved = TestApi.json(api.get("/v1/batches/" + id));
    JsonNode listed = TestApi.json(api.get("/v1/batches")).at("/data/0");

    assertThat(lines(retrieved)).hasSize(10);
    assertThat(listed).isEqualTo(retrieved);
  }

  @Test
  void batchThatIsCreatedAgainShowsTenProblems() throws Exception {
    String body =
        """
        {"input_file_id": "file-x", "endpoint": "/v1/responses", "completion_window": "24h"}
        """;
    var request =
        api.request("/v1/batches")
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "once")
            .POST(BodyPublishers.ofString(body));
    String id = TestApi.json(api.send(request)).get("id").asString();
    var problem = new BatchError("invalid_url", "This line is not valid.", "url", 7L);
    api.stores.batches().fail(1, Collections.nCopies(PROBLEMS, problem));

    JsonNode again = TestApi.json(api.send(request));

    assertThat(again.get("id").asString()).isEqualTo(id);
    assertThat(lines(again)).hasSize(10);
    assertThat(again.at("/nightjar/errors_total").asInt()).isEqualTo(PROBLEMS);
  }
}
