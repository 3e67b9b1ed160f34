package dev.nightjar.http.batches;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A creation is known again by what it says, and not by how it is written or with which key. */
@Tag("server")
@Tag("H1")
class RepeatedCreationTest {
  private static final String BODY =
      """
      {"input_file_id": "file-x", "endpoint": "/v1/rerank", "completion_window": "24h",
       "metadata": {"a": "1", "b": "2"}, "more": [{"x": 1, "y": [1, 2]}]}
      """;

  @TempDir private Path directory;
  private TestApi api;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi(directory, new ApiLimits(1_000, 10_000, Set.of("/v1/rerank")));
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private HttpResponse<byte[]> create(String body, String... headers) throws Exception {
    var request = api.request("/v1/batches");
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return api.send(request.POST(BodyPublishers.ofString(body)));
  }

  private static String id(HttpResponse<byte[]> response) {
    return TestApi.json(response).path("id").asString("no id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"more":[{"y":[1,2],"x":1}],"completion_window":"24h","input_file_id":"file-x",
         "metadata":{"b":"2","a":"1"},"endpoint":"/v1/rerank"}
        """,
        """
        {"input_file_id": "file-\\u0078", "endpoint": "\\/v1\\/rerank", "completion_window": "24h",
        \t"metadata": {"a": "1", "b": "2"}, "more": [ {"x": 1, "y": [1, 2]} ] }
        """,
      })
  void sameBodyInOtherWordsIsTheSame(String body) throws Exception {
    String first = id(create(BODY, "Idempotency-Key", "k"));

    assertThat(id(create(body, "Idempotency-Key", "k"))).isEqualTo(first);
    assertThat(api.runner.created()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[2, 1]", "[1, 2, 3]", "[1, \"2\"]", "{}"})
  void otherValueIsAnotherBody(String value) throws Exception {
    create(BODY, "Idempotency-Key", "k");

    HttpResponse<byte[]> other = create(BODY.replace("[1, 2]", value), "Idempotency-Key", "k");

    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(TestApi.error(other).get("code").asString()).isEqualTo("idempotency_key_reused");
  }

  @Test
  void anotherKeyOfTheProjectMayRepeatIt() throws Exception {
    String ours = "Bearer " + api.createKey("p", Scope.WRITE, null);
    String second = "Bearer " + api.createKey("p", Scope.WRITE, null);
    String theirs = "Bearer " + api.createKey("q", Scope.WRITE, null);
    String first = id(create(BODY, "Idempotency-Key", "k", "Authorization", ours));

    assertThat(id(create(BODY, "Idempotency-Key", "k", "Authorization", second))).isEqualTo(first);
    assertThat(id(create(BODY, "Idempotency-Key", "k", "Authorization", theirs)))
        .as("of another project")
        .isNotEqualTo(first);
  }

  @Test
  void retryOfAnSdkIsItsOwnSenders() throws Exception {
    String count = "x-stainless-retry-count";
    String ours = "Bearer " + api.createKey("p", Scope.WRITE, null);
    String second = "Bearer " + api.createKey("p", Scope.WRITE, null);
    String first = id(create(BODY, "Authorization", ours));

    assertThat(id(create(BODY, "Authorization", ours, count, "1"))).isEqualTo(first);
    assertThat(id(create(BODY, "Authorization", second, count, "1"))).isNotEqualTo(first);
  }

  /** The operator has changed the settings meanwhile. */
  @Test
  void whatANewOneWouldBeRefusedForDoesNotHideIt() throws Exception {
    String first = id(create(BODY, "Idempotency-Key", "k"));
    api.close();
    api = new TestApi(directory, new ApiLimits(1_000, 10_000, Set.of()));

    assertThat(id(create(BODY, "Idempotency-Key", "k"))).isEqualTo(first);
    assertThat(create(BODY).statusCode()).isEqualTo(400);
  }
}
