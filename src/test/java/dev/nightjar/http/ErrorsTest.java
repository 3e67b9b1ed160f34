package dev.nightjar.http;

import static dev.nightjar.testing.TestApi.LINE;
import static dev.nightjar.testing.TestApi.field;
import static dev.nightjar.testing.TestApi.file;
import static dev.nightjar.testing.TestApi.form;
import static dev.nightjar.testing.TestApi.part;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Status, code, param and message of refused requests: docs/compatibility.md#errors-and-headers.
 */
@Tag("server")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ErrorsTest {
  private static final int JSON_BYTES_MAX = 10_000;

  private TestApi api;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    api = new TestApi(directory, new ApiLimits(1_000_000, JSON_BYTES_MAX, Set.of("/v1/rerank")));
  }

  @AfterAll
  void stop() {
    api.close();
  }

  record Refusal(int status, @Nullable String code, @Nullable String param, String message) {}

  record Case(String request, Refusal refusal) {
    @Override
    public String toString() {
      return request.length() > 80 ? request.substring(0, 80) : request;
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/v1/files?limit=0       | integer_below_min_value | limit | Expected a value >= 1, but got 0",
        "/v1/files?limit=-1      | integer_below_min_value | limit | but got -1 instead.",
        "/v1/files?limit=10001   | integer_above_max_value | limit | Expected a value <= 10000",
        "/v1/files?limit=x       | invalid_type            | limit | expected an integer",
        "/v1/files?limit=1.5     | invalid_type            | limit | expected an integer",
        "/v1/files?order=up      | invalid_value           | order | 'asc' and 'desc'",
        "/v1/batches?limit=-1    | integer_below_min_value | limit | Expected a value >= 0",
        "/v1/batches?limit=101   | integer_above_max_value | limit | Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 101 instead.",
        "/v1/batches?limit=99999999999999999999 | integer_above_max_value | limit | <= 100",
        "/v1/batches?limit=ten   | invalid_type            | limit | expected an integer",
      })
  void badQueryIs400(String path, String code, String param, String message) throws Exception {
    assertRefused(api.get(path), new Refusal(400, code, param, message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GET    | /v1/files/file-none         | id    | No such File object: file-none",
        "GET    | /v1/files/file-none/content | id    | No such File object: file-none",
        "DELETE | /v1/files/file-none         | id    | No such File object: file-none",
        "GET    | /v1/files?after=file-none   | after | No such File object: file-none",
        "GET    | /v1/batches/batch_none      |       | No batch found with id 'batch_none'.",
        "GET    | /batches/batch_none         |       | No batch found with id 'batch_none'.",
        "POST   | /v1/batches/batch_none/cancel |     | No batch found with id 'batch_none'.",
        "GET    | /v1/batches?after=batch_none |      | No batch found with id 'batch_none'.",
      })
  void whatDoesNotExistIs404(String method, String path, String param, String message)
      throws Exception {
    HttpResponse<byte[]> response =
        api.send(api.request(path).method(method, BodyPublishers.noBody()));

    assertRefused(response, new Refusal(404, null, param, message));
  }

  @ParameterizedTest
  @MethodSource("badBatches")
  void badBatchIs400(Case example) throws Exception {
    assertRefused(api.post("/v1/batches", example.request()), example.refusal());
    assertThat(api.runner.created()).isEmpty();
  }

  static Stream<Case> badBatches() {
    return Stream.concat(Stream.concat(badBodies(), badFields()), badObjects());
  }

  private static Stream<Case> badBodies() {
    String unparseable = "We could not parse the JSON body of your request";
    return Stream.of(
        bad("", null, null, unparseable + ": it is empty."),
        bad("  ", null, null, unparseable),
        bad("{", null, null, unparseable),
        bad("{\"a\": 1} x", null, null, unparseable),
        bad("{'a': 1}", null, null, "at line 1, column"),
        bad("[".repeat(5_000), null, null, unparseable),
        bad("[]", "invalid_type", null, "expected an object"),
        bad("null", "invalid_type", null, "expected an object"),
        bad("{}", "missing_required_parameter", "input_file_id", "parameter: 'input_file_id'."));
  }

  private static Stream<Case> badFields() {
    String missing = "missing_required_parameter";
    String type = "invalid_type";
    return Stream.of(
        bad("{\"input_file_id\": \"f\"}", missing, "endpoint", "parameter: 'endpoint'."),
        bad("{\"input_file_id\": 1}", type, "input_file_id", "but got an integer instead."),
        bad("{\"input_file_id\": null}", type, "input_file_id", "but got null instead."),
        bad(
            "{\"input_file_id\": \"f\", \"endpoint\": \"/v1/responses\"}",
            missing,
            "completion_window",
            "parameter: 'completion_window'."),
        bad(
            batch("/v1/chat", "24h", ""),
            "invalid_value",
            "endpoint",
            "'/v1/videos', '/v1/rerank'"),
        bad(batch("/v1/responses/", "24h", ""), "invalid_value", "endpoint", "Supported values"),
        badWindow(""),
        badWindow("24"),
        badWindow("29m"),
        badWindow("31d"),
        badWindow("1s"),
        badWindow("-1h"),
        badWindow("99999999999999999999d"));
  }

  private static Stream<Case> badObjects() {
    String long64 = "k".repeat(65);
    String pairs =
        IntStream.range(0, 17)
            .mapToObj(i -> "\"k%d\": \"v\"".formatted(i))
            .collect(Collectors.joining(","));
    return Stream.of(
        badMetadata("[]", "invalid_type", "", "expected an object, but got an array"),
        badMetadata(
            "{\"tags\": []}", "invalid_type", ".tags", "expected a string, but got an array"),
        badMetadata("{\"n\": 1.5}", "invalid_type", ".n", "but got a decimal instead."),
        badMetadata("{" + pairs + "}", "object_above_max_properties", "", "with 17 properties"),
        badMetadata(
            "{\"" + long64 + "\": \"\"}", "property_name_above_max_length", "." + long64, "65"),
        badMetadata(
            "{\"k\": \"" + "v".repeat(513) + "\"}", "string_above_max_length", ".k", "length 513"),
        badLimit("\"3\"", "invalid_type", "expected an integer"),
        badLimit("1.5", "invalid_type", "expected an integer"),
        badLimit("0", "invalid_value", "expected 1 to 100000"),
        badLimit("100001", "invalid_value", "expected 1 to 100000"),
        badExpiry("1", "invalid_type", "", "expected an object"),
        badExpiry("{}", "missing_required_parameter", ".anchor", "Missing"),
        badExpiry("{\"anchor\": 1}", "invalid_type", ".anchor", "expected a string"),
        badExpiry("{\"anchor\": \"now\"}", "invalid_value", ".anchor", "'created_at'"),
        badExpiry("{\"anchor\": \"created_at\"}", "missing_required_parameter", ".seconds", ""),
        badExpiry(seconds("\"3600\""), "invalid_type", ".seconds", "expected an integer"),
        badExpiry(seconds("3599"), "integer_below_min_value", ".seconds", ">= 3600"),
        badExpiry(seconds("2592001"), "integer_above_max_value", ".seconds", "<= 2592000"),
        badExpiry(seconds("1" + "0".repeat(30)), "integer_above_max_value", ".seconds", ""));
  }

  private static String seconds(String value) {
    return "{\"anchor\": \"created_at\", \"seconds\": %s}".formatted(value);
  }

  private static Case badWindow(String window) {
    return bad(
        batch("/v1/responses", window, ""),
        "invalid_value",
        "completion_window",
        "'completion_window'");
  }

  private static Case badMetadata(String value, String code, String param, String message) {
    String body = batch("/v1/rerank", "24h", ", \"metadata\": " + value);
    return bad(body, code, "metadata" + param, message);
  }

  private static Case badLimit(String value, String code, String message) {
    String body = batch("/v1/rerank", "24h", ", \"max_in_flight\": " + value);
    return bad(body, code, "max_in_flight", message);
  }

  private static Case badExpiry(String value, String code, String param, String message) {
    String body = batch("/v1/rerank", "24h", ", \"output_expires_after\": " + value);
    return bad(body, code, "output_expires_after" + param, message);
  }

  private static String batch(String endpoint, String window, String more) {
    return "{\"input_file_id\": \"f\", \"endpoint\": \"%s\", \"completion_window\": \"%s\"%s}"
        .formatted(endpoint, window, more);
  }

  private static Case bad(
      String body, @Nullable String code, @Nullable String param, String message) {
    return new Case(body, new Refusal(400, code, param, message));
  }

  @Test
  void aJsonBodyOverTheLimitIs413() throws Exception {
    String body = batch("/v1/responses", "24h", ", \"x\": \"" + "x".repeat(JSON_BYTES_MAX) + "\"");

    assertRefused(
        api.post("/v1/batches", body), new Refusal(413, null, null, "maximum of 10000 bytes"));
  }

  @ParameterizedTest
  @MethodSource("badUploads")
  void badUploadIs400(Case example) throws Exception {
    assertRefused(api.postForm(example.request()), example.refusal());
    assertThat(api.objects.list("")).isEmpty();
  }

  static List<Case> badUploads() {
    String batch = field("purpose", "batch");
    String good = file("a.jsonl", LINE);
    String missing = "missing_required_parameter";
    String notJson = "invalid_json_line";
    String anchor = field("expires_after[anchor]", "created_at");
    String seconds = "expires_after[seconds]";
    return List.of(
        bad(form(batch), missing, "file", "Missing required parameter: 'file'."),
        bad(form(good), missing, "purpose", "Missing required parameter: 'purpose'."),
        bad(form(good, field("purpose", "x")), "invalid_value", "purpose", "'x' is not one of ["),
        bad(
            form(good, field("purpose", "batch_output")),
            "invalid_value",
            "purpose",
            "'batch_output' is not one of ["),
        bad(form(batch, good, good), "duplicate_parameter", "file", "'file'"),
        bad(form(batch, batch, good), "duplicate_parameter", "purpose", "'purpose'"),
        bad(
            form(batch, file("a.json", LINE)),
            null,
            null,
            "Invalid file format for Batch API. Must be .jsonl"),
        bad(form(batch, file("a.jsonl.gz", LINE)), null, null, "Must be .jsonl"),
        bad(form(batch, file("a.jsonl", "")), "empty_file", null, ".jsonl. The file is empty"),
        bad(form(batch, file("a.jsonl", " \r\n")), "empty_file", null, ". The file is empty"),
        bad(form(batch, file("a", "[1]")), notJson, null, "The file is a JSON array"),
        bad(form(batch, file("a.jsonl", "id,text")), notJson, null, "Invalid file format"),
        bad(form(batch, file("a.jsonl", "{'a': 1}\n" + LINE)), notJson, null, "Line 1: "),
        bad(form(batch, good, anchor), missing, seconds, "Missing"),
        bad(form(batch, good, field(seconds, "3600")), missing, "expires_after[anchor]", "Missing"),
        bad(
            form(batch, good, field("expires_after[anchor]", "x"), field(seconds, "3600")),
            "invalid_value",
            "expires_after[anchor]",
            "'created_at'"),
        bad(
            form(batch, good, anchor, field(seconds, "1")),
            "integer_below_min_value",
            seconds,
            ">= 3600"),
        bad(
            form(batch, good, anchor, field(seconds, "2592001")),
            "integer_above_max_value",
            seconds,
            "<= 2592000"),
        bad(form(batch, good, anchor, field(seconds, "1h")), "invalid_type", seconds, "integer"),
        bad(form(batch, file("n".repeat(513), LINE)), "string_above_max_length", "file", "513"),
        bad(form(field("purpose", "v".repeat(70_000))), null, null, "longer than 65536 bytes"),
        bad(form(batch, field("x", "v".repeat(4_500_000))), null, null, "a field that we do not"),
        bad(form(part("X-No: name", "1")), null, null, "a part has no name"),
        bad(batch + good, null, null, "it ends"));
  }

  @Test
  void anUploadThatIsNoFormIs400() throws Exception {
    assertRefused(
        api.post("/v1/files", "{}"),
        new Refusal(400, null, null, "(application/json), expected multipart/form-data"));
  }

  private static void assertRefused(HttpResponse<byte[]> response, Refusal expected) {
    JsonNode error = TestApi.error(response);
    assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
    assertThat(error.get("message").asString()).contains(expected.message());
    assertThat(response.statusCode()).isEqualTo(expected.status());
    assertThat(error.get("type").asString()).isEqualTo("invalid_request_error");
    assertThat(text(error.get("code"))).isEqualTo(expected.code());
    assertThat(text(error.get("param"))).isEqualTo(expected.param());
  }

  private static @Nullable String text(JsonNode value) {
    return value.isNull() ? null : value.asString();
  }
}
