package dev.nightjar.http.files;

import static dev.nightjar.testing.TestApi.LINE;
import static dev.nightjar.testing.TestApi.field;
import static dev.nightjar.testing.TestApi.file;
import static dev.nightjar.testing.TestApi.form;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** However a client spells how long its file should live, it is heard or told. */
@Tag("server")
@Tag("H1")
class ExpirySpellingTest {
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

  /** {@code fields} as in {@code a=1&b=2}. */
  private HttpResponse<byte[]> upload(String fields) throws Exception {
    String all =
        Arrays.stream(fields.split("&", -1))
            .map(pair -> pair.split("=", 2))
            .map(pair -> field(pair[0], pair[1]))
            .reduce("", String::concat);
    return api.postForm(form(field("purpose", "batch"), all, file("a.jsonl", LINE)));
  }

  private static void assertLivesAnHour(HttpResponse<byte[]> response) {
    JsonNode file = TestApi.json(response);
    assertThat(response.statusCode()).as(file.toString()).isEqualTo(200);
    assertThat(file.get("expires_at").asLong() - file.get("created_at").asLong()).isEqualTo(3600);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "expires_after[anchor]=created_at&expires_after[seconds]=3600",
        "expires_after.anchor=created_at&expires_after.seconds=3600",
        "expires_after[seconds]=3600&expires_after.anchor=created_at",
        "expiresAfter[anchor]=created_at&expiresAfter[seconds]=3600",
        "expires_after_anchor=created_at&expires_after_seconds=3600",
        "expires_after[anchor][]=created_at&expires_after[seconds][]=3600",
        "expires_after={\"anchor\":\"created_at\",\"seconds\":3600}",
        "expires_after={\"anchor\": \"created_at\", \"seconds\": 3600, \"more\": true}",
      })
  void plainSpellingIsTaken(String fields) throws Exception {
    assertLivesAnHour(upload(fields));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "expires_after=3600 | invalid_type | expires_after",
        "expires_after=1h | invalid_type | expires_after",
        "expires_after= | invalid_type | expires_after",
        "expires_after={\"seconds\":3600} | missing_required_parameter | expires_after.anchor",
        "expires_after={\"anchor\":\"created_at\"} | missing_required_parameter | expires_after.seconds",
        "expires_after={\"anchor\":\"created_at\",\"seconds\":1} | integer_below_min_value | expires_after.seconds",
        "expires_after.seconds=3600 | missing_required_parameter | expires_after[anchor]",
        "expires_after.anchor=now&expires_after.seconds=3600 | invalid_value | expires_after.anchor",
        "expires_after[anchor]=created_at&expires_after[seconds]=1h | invalid_type | expires_after[seconds]",
        "expires_after[days]=1 | unknown_parameter | expires_after[days]",
        "expires_after_days=1 | unknown_parameter | expires_after_days",
        "expires_after[seconds]=3600&expires_after.seconds=7200 | duplicate_parameter | expires_after",
      })
  void otherSpellingIsRefusedByItsName(String fields, String code, String param) throws Exception {
    HttpResponse<byte[]> response = upload(fields);

    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = TestApi.error(response);
    assertThat(error.get("code").asString()).as(error.toString()).isEqualTo(code);
    assertThat(error.get("param").asString()).startsWith(param);
    assertThat(api.objects.list("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "`expires_after`: {`anchor`: `created_at`, `seconds`: 3600}",
        "`expires_after`: `{\\`anchor\\`: \\`created_at\\`, \\`seconds\\`: 3600}`",
        "`expires_after.anchor`: `created_at`, `expires_after.seconds`: 3600",
        "`expires_after[anchor]`: `created_at`, `expires_after[seconds]`: `3600`",
      })
  void bodyOfAnUploadIsReadAlike(String members) throws Exception {
    String body =
        "{`filename`: `a`, `purpose`: `fine-tune`, `bytes`: 0, `mime_type`: `m`, %s}"
            .formatted(members)
            .replace('`', '"');
    JsonNode upload = TestApi.json(api.post("/v1/uploads", body));

    HttpResponse<byte[]> completed =
        api.post(
            "/v1/uploads/" + upload.path("id").asString("?") + "/complete", "{\"part_ids\": []}");

    JsonNode file = TestApi.json(completed).path("file");
    assertThat(file.path("expires_at").asLong() - file.path("created_at").asLong())
        .as(upload.toString())
        .isEqualTo(3600);
  }

  @ParameterizedTest
  @CsvSource({
    "output_expires_after.seconds, missing_required_parameter, output_expires_after.anchor",
    "output_expires_after_hours, unknown_parameter, output_expires_after_hours",
    "outputExpiresAfter, invalid_type, outputExpiresAfter",
  })
  void bodyOfABatchIsReadAlike(String member, String code, String param) throws Exception {
    HttpResponse<byte[]> response =
        api.post(
            "/v1/batches",
            """
            {"input_file_id": "file-x", "endpoint": "/v1/responses", "completion_window": "24h",
             "%s": 3600}
            """
                .formatted(member));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(TestApi.error(response).get("code").asString()).isEqualTo(code);
    assertThat(TestApi.error(response).get("param").asString()).isEqualTo(param);
  }
}
