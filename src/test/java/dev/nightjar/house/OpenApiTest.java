package dev.nightjar.house;

import static dev.nightjar.testing.ScriptedServer.always;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.nightjar.Ran;
import dev.nightjar.cost.Price;
import dev.nightjar.cost.PriceTable;
import dev.nightjar.cost.Quotas;
import dev.nightjar.cost.Terms;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The running server is what {@code docs/openapi.yaml} says, and no more. */
@Tag("server")
class OpenApiTest {
  private static final JsonNode SPEC = new YAMLMapper().readTree(Path.of("docs/openapi.yaml"));
  private static final Set<String> METHODS = Set.of("get", "post", "delete", "put", "patch");
  private static final String LINE =
      """
      {"custom_id":"%s","method":"POST","url":"/v1/chat/completions","body":{"model":"sim","messages":[{"role":"user","content":"Hi"}]}}
      """;

  @TempDir Path folder;
  private ServerFixture fixture;
  private final HttpClient http = HttpClient.newHttpClient();
  private String key = "any";
  private final Set<String> succeeded = new HashSet<>();

  @BeforeEach
  void start() {
    var options = ServerFixture.sim().withModels(Set.of("sim"));
    var price = Price.parse("USD 1 0.5 2 0.5");
    var prices = new PriceTable("USD", Map.of("sim", price));
    fixture = ServerFixture.start(folder.resolve("data"), options, new Terms(prices, Quotas.NONE));
  }

  @AfterEach
  void stop() {
    fixture.close();
    http.close();
  }

  @Test
  void everyOperationAnswersAsDescribed() throws Exception {
    call("GET", "/files", "");
    call("GET", "/batches", "");
    call("GET", "/webhook_endpoints", "");
    call("GET", "/webhook_event_types", "");
    call("GET", "/models", "");
    await("/models/{id}", "sim", "id", "sim"); // The upstream's list comes after the start.
    call("GET", "/models/{id}", "none");
    String input = upload(LINE.formatted("a"));
    call("GET", "/files/{id}", input);
    call("GET", "/files/{id}/content", input);
    call("GET", "/files/{id}", "file-none");
    call("GET", "/files", "");
    String done = batch(input, "24h").path("id").asString();
    await(done, "completed");
    reports(input);
    String bad = batch(upload("{}\n"), "24h").path("id").asString();
    await(bad, "failed");
    call("POST", "/batches/{id}/cancel", done);
    String cancelled = batch(upload(LINE.formatted("b")), "24h").path("id").asString();
    call("POST", "/batches/{id}/cancel", cancelled);
    batch(input, "never");
    call("GET", "/batches", "");
    call("GET", "/batches/{id}", "batch_none");
    call("DELETE", "/files/{id}", input);
    partedUploads();
    webhooks();

    assertThat(succeeded).containsExactlyInAnyOrderElementsOf(operations());
  }

  private void reports(String input) throws Exception {
    call("GET", "/files/{id}/estimate", input);
    call("GET", "/quota", "");
    for (String report : List.of("/organization/usage/completions", "/organization/costs")) {
      long yesterday = Instant.now().minusSeconds(86_400).getEpochSecond();
      JsonNode page = call("GET", report, "", "?start_time=" + yesterday);
      assertThat(page.at("/data/1/results")).as(page.toString()).isNotEmpty();
      call("GET", report, "", "?start_time=never");
    }
  }

  private void partedUploads() throws Exception {
    String create =
        """
        {"filename":"in.jsonl","purpose":"batch","bytes":%d,"mime_type":"application/jsonl"}
        """;
    String text = LINE.formatted("a");
    String id = json("/uploads", "", create.formatted(text.length())).path("id").asString();
    String part = multipart("/uploads/{id}/parts", id, "data", text).path("id").asString();
    json("/uploads/{id}/complete", id, "{\"part_ids\":[\"part_none\"]}");
    json("/uploads/{id}/complete", id, "{\"part_ids\":[\"%s\"]}".formatted(part));
    call("GET", "/uploads/{id}", id);
    String second = json("/uploads", "", create.formatted(1)).path("id").asString();
    call("POST", "/uploads/{id}/cancel", second);
    call("POST", "/uploads/{id}/cancel", "upload_none");
  }

  private void webhooks() throws Exception {
    try (var receiver =
        ScriptedServer.playing(always("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"))) {
      String body = "{\"url\":\"%s\"}".formatted(receiver.url("http", "/hook"));
      String id = json("/webhook_endpoints", "", body).path("id").asString();
      json("/webhook_endpoints", "", "{\"url\":\"http://10.0.0.1\"}");
      call("GET", "/webhook_endpoints", "");
      call("GET", "/webhook_endpoints/{id}", id);
      json("/webhook_endpoints/{id}", id, "{\"name\":\"new\"}");
      call("POST", "/webhook_endpoints/{id}/rotate_secret", id);
      json("/webhook_endpoints/{id}/test", id, "{\"event_type\":\"batch.completed\"}");
      call("POST", "/webhook_endpoints/{id}/enable", id);
      await(batch(upload("{}\n"), "24h").path("id").asString(), "failed");
      JsonNode log = call("GET", "/webhook_endpoints/{id}/deliveries", id);
      call("POST", "/webhook_deliveries/{id}/replay", log.at("/data/0/id").asString());
      call("POST", "/webhook_deliveries/{id}/replay", "wh_none");
      call("DELETE", "/webhook_endpoints/{id}", id);
    }
  }

  @Test
  void everyPathAllowsTheMethodsThatAreDescribed() throws Exception {
    for (Map.Entry<String, JsonNode> path : SPEC.path("paths").properties()) {
      HttpResponse<String> refused =
          send("PATCH", path.getKey().replace("{id}", "x"), BodyPublishers.noBody(), null);

      var described = new TreeSet<String>();
      path.getValue().propertyNames().stream()
          .filter(METHODS::contains)
          .map(method -> method.toUpperCase(Locale.ROOT))
          .forEach(described::add);
      if (described.contains("GET")) {
        described.add("HEAD");
      }
      assertThat(refused.statusCode()).as(path.getKey()).isEqualTo(405);
      assertThat(refused.headers().firstValue("Allow").orElseThrow().split(", "))
          .as(path.getKey())
          .containsExactlyInAnyOrderElementsOf(described);
    }
  }

  @Test
  void everyOperationDescribesTheRefusalsOfAKey() throws Exception {
    assertThat(SPEC.at("/components/securitySchemes/key/scheme").asString()).isEqualTo("bearer");
    for (Map.Entry<String, JsonNode> path : SPEC.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (METHODS.contains(method.getKey())) {
          assertThat(method.getValue().path("responses").propertyNames())
              .as(path.getKey())
              .contains("401", "403", "429");
        }
      }
    }
    Path data = folder.resolve("data");
    key = createKey(data, "--scope", "read", "--requests-per-minute", "2");
    call("DELETE", "/files/{id}", "file-none");
    call("GET", "/files", "");
    HttpResponse<String> refused = send("GET", "/files", BodyPublishers.noBody(), null);
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().map().keySet())
        .containsAll(
            SPEC.at("/components/responses/TooManyRequests/headers").propertyNames().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList());
    call("GET", "/files", "");
    key = "sk-nj-wrong";
    call("GET", "/files", "");
  }

  private static String createKey(Path data, String... options) {
    var arguments = new ArrayList<>(List.of("keys", "create", "--data", data.toString()));
    arguments.addAll(List.of(options));
    Ran created = Ran.nightjar(arguments.toArray(String[]::new));
    assertThat(created.code()).as(created.err()).isZero();
    return created.out().strip();
  }

  @Test
  void listsTakeTheParametersThatAreDescribed() throws Exception {
    for (String list : List.of("/files", "/batches", "/webhook_endpoints")) {
      for (JsonNode given : SPEC.path("paths").path(list).path("get").path("parameters")) {
        JsonNode parameter = resolve(given);
        JsonNode schema = resolve(parameter.path("schema"));
        String query = list + "?" + parameter.path("name").asString() + "=";
        if (schema.has("minimum")) {
          assertStatus(400, query + (schema.path("minimum").asLong() - 1));
          assertStatus(200, query + schema.path("minimum").asLong());
          assertStatus(200, query + schema.path("maximum").asLong());
          assertStatus(400, query + (schema.path("maximum").asLong() + 1));
        } else if (schema.has("enum")) {
          assertStatus(400, query + "other");
          for (JsonNode value : schema.path("enum")) {
            assertStatus(200, query + value.asString());
          }
        }
      }
    }
  }

  private void assertStatus(int status, String path) throws Exception {
    assertThat(send("GET", path, BodyPublishers.noBody(), null).statusCode())
        .as(path)
        .isEqualTo(status);
  }

  private static Set<String> operations() {
    var all = new HashSet<String>();
    for (Map.Entry<String, JsonNode> path : SPEC.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (METHODS.contains(method.getKey())) {
          all.add(method.getValue().path("operationId").asString());
        }
      }
    }
    return all;
  }

  private String upload(String text) throws Exception {
    String purpose = "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n";
    return multipart("/files", "", "file", text, purpose).path("id").asString();
  }

  private JsonNode multipart(String template, String id, String name, String text)
      throws Exception {
    return multipart(template, id, name, text, "");
  }

  private JsonNode multipart(String template, String id, String name, String text, String before)
      throws Exception {
    String body =
        before
            + "--x\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"in.jsonl\"\r\n\r\n"
                .formatted(name)
            + text
            + "\r\n--x--\r\n";
    return call(
        "POST", template, id, BodyPublishers.ofString(body), "multipart/form-data; boundary=x");
  }

  private JsonNode json(String template, String id, String body) throws Exception {
    return call("POST", template, id, BodyPublishers.ofString(body), "application/json");
  }

  private JsonNode batch(String input, String window) throws Exception {
    return json(
        "/batches",
        "",
        """
        {"input_file_id":"%s","endpoint":"/v1/chat/completions","completion_window":"%s","metadata":{"a":"b"}}
        """
            .formatted(input, window));
  }

  private void await(String batch, String status) throws Exception {
    await("/batches/{id}", batch, "status", status);
  }

  private void await(String template, String id, String field, String value) throws Exception {
    long limit = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!call("GET", template, id).path(field).asString().equals(value)) {
      assertThat(System.nanoTime()).as("%s is %s in time", id, value).isLessThan(limit);
      LockSupport.parkNanos(5_000_000L);
    }
  }

  private JsonNode call(String method, String template, String id) throws Exception {
    return call(method, template, id, "");
  }

  private JsonNode call(String method, String template, String id, String query) throws Exception {
    return call(method, template, id, query, BodyPublishers.noBody(), null);
  }

  private JsonNode call(
      String method, String template, String id, BodyPublisher body, @Nullable String type)
      throws Exception {
    return call(method, template, id, "", body, type);
  }

  /** Sends it, and checks the answer against what is described for its status. */
  private JsonNode call(
      String method,
      String template,
      String id,
      String query,
      BodyPublisher body,
      @Nullable String type)
      throws Exception {
    JsonNode operation = SPEC.path("paths").path(template).path(method.toLowerCase(Locale.ROOT));
    assertThat(operation.isObject()).as("%s %s is described", method, template).isTrue();
    HttpResponse<String> response = send(method, template.replace("{id}", id) + query, body, type);
    JsonNode described = resolve(operation.path("responses").path("" + response.statusCode()));
    if (described.isMissingNode()) {
      assertThat(response.statusCode()).isBetween(400, 499);
      described = resolve(operation.at("/responses/default"));
    } else if (response.statusCode() == 200) {
      succeeded.add(operation.path("operationId").asString());
    }
    JsonNode schema = described.at("/content/application~1json/schema");
    if (schema.isMissingNode()) {
      return JsonNodeFactory.instance.missingNode();
    }
    JsonNode answer = Json.read(response.body());
    assertThat(problems(schema, answer)).as("%s %s: %s", method, template, answer).isEmpty();
    return answer;
  }

  private static List<Error> problems(JsonNode schema, JsonNode answer) {
    ObjectNode whole = JsonNodeFactory.instance.objectNode();
    whole.setAll((ObjectNode) schema);
    whole.set("components", SPEC.path("components"));
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(whole)
        .validate(answer);
  }

  private static JsonNode resolve(JsonNode node) {
    String ref = node.path("$ref").asString("");
    return ref.isEmpty() ? node : SPEC.at(ref.substring(1));
  }

  private HttpResponse<String> send(
      String method, String path, BodyPublisher body, @Nullable String type)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/v1%s".formatted(fixture.server.port(), path)))
            .header("Authorization", "Bearer " + key)
            .method(method, body);
    if (type != null) {
      request.header("Content-Type", type);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }
}
