package dev.nightjar.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.store.Samples;
import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookEndpoint.Secrets;
import dev.nightjar.store.WebhookStore.Due;
import dev.nightjar.store.WebhookStore.Outcome;
import dev.nightjar.store.WebhookStore.Try;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code /v1/webhook_endpoints} and {@code /v1/webhook_deliveries}. */
class WebhooksTest {
  private static final String ENDPOINTS = "/v1/webhook_endpoints";
  private static final String URL = "https://public.example/hook";

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
  void urlIsAllThatACreationNeedsAndTheSecretIsShownOnlyThen() throws Exception {
    JsonNode made = create(URL);

    assertThat(made.propertyNames())
        .containsExactlyInAnyOrder(
            "id",
            "object",
            "created_at",
            "updated_at",
            "name",
            "url",
            "event_types",
            "signing_secret_hint",
            "signing_secret",
            "nightjar");
    assertThat(made.path("id").asString()).matches("whe_[0-9a-f]{32}");
    assertThat(made.path("name").asString()).isEqualTo("public.example");
    assertThat(strings(made.path("event_types")))
        .containsExactly("batch.completed", "batch.failed", "batch.cancelled", "batch.expired");
    assertThat(made.at("/nightjar/status").asString()).isEqualTo("enabled");
    String secret = made.path("signing_secret").asString();
    assertThat(text(api.get(endpoint(made)))).doesNotContain(secret);
    assertThat(text(api.get(ENDPOINTS))).doesNotContain(secret).contains(id(made));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://10.0.0.1/",
        "http://192.168.1.1:8080/",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.2/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[fd00::1]/",
        "http://[::ffff:10.0.0.1]/"
      })
  void privateAddressIsRefusedAtCreationAndAtAChange(String url) throws Exception {
    JsonNode made = create(URL);

    assertError(400, "invalid_value", "url", post(ENDPOINTS, "{\"url\":\"%s\"}", url));
    assertError(400, "invalid_value", "url", post(endpoint(made), "{\"url\":\"%s\"}", url));
    assertThat(TestApi.json(api.get(endpoint(made))).path("url").asString()).isEqualTo(URL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | missing_required_parameter | url",
        "{\"url\":5} | invalid_type | url",
        "{\"url\":\"ftp://public.example\"} | invalid_value | url",
        "{\"url\":\"https://a:b@public.example\"} | invalid_value | url",
        "{\"url\":\"https://unknown.invalid\"} | invalid_value | url",
        "{\"url\":\"https://public.example\",\"name\":\"\"} | invalid_value | name",
        "{\"url\":\"https://public.example\",\"name\":1} | invalid_type | name",
        "{\"url\":\"https://public.example\",\"event_types\":[]} | invalid_value | event_types",
        "{\"url\":\"https://public.example\",\"event_types\":\"x\"} | invalid_type | event_types",
        "{\"url\":\"https://public.example\",\"event_types\":[1]} | invalid_type | event_types",
        "{\"url\":\"https://public.example\",\"event_types\":[\"x\"]} | invalid_value | event_types"
      })
  void otherBodiesAreRefused(String body, String code, String param) throws Exception {
    assertError(400, code, param, api.post(ENDPOINTS, body));
    assertThat(TestApi.json(api.get(ENDPOINTS)).path("data")).isEmpty();
  }

  @Test
  void projectHasTwentyEndpointsAtMost() throws Exception {
    for (int i = 0; i < 20; i++) {
      create(URL + i);
    }

    assertError(400, "invalid_value", "url", post(ENDPOINTS, "{\"url\":\"%s\"}", URL));
    JsonNode page = TestApi.json(api.get(ENDPOINTS + "?limit=100"));
    assertThat(page.path("data")).hasSize(20);
    assertThat(page.path("has_more").asBoolean()).isFalse();
    api.send(api.request(ENDPOINTS + "/" + page.path("first_id").asString()).DELETE());
    create(URL);
  }

  @Test
  void changeIsOfWhatItNamesAndOthersDoNotMoveTheTimeOfUpdate() throws Exception {
    JsonNode made = create(URL);
    api.now.updateAndGet(now -> now.plusSeconds(5));

    JsonNode same = TestApi.json(post(endpoint(made), "{\"url\":\"%s\"}", URL));
    JsonNode changed =
        TestApi.json(post(endpoint(made), "{\"event_types\":[\"%s\"]}", "batch.expired"));

    assertThat(same.path("updated_at")).isEqualTo(made.path("updated_at"));
    assertThat(changed.path("updated_at").asLong()).isEqualTo(made.path("updated_at").asLong() + 5);
    assertThat(strings(changed.path("event_types"))).containsExactly("batch.expired");
    assertThat(changed.path("url").asString()).isEqualTo(URL);
  }

  @Test
  void rotationKeepsTheOldSecretAsLongAsItIsTold() throws Exception {
    JsonNode made = create(URL);
    String rotate = endpoint(made) + "/rotate_secret";
    String first = made.path("signing_secret").asString();

    String second =
        TestApi.json(api.post(rotate, "{\"expire_previous_in\":60}"))
            .path("signing_secret")
            .asString();
    assertThat(secrets(made).at(api.now.get().plusSeconds(59))).containsExactly(second, first);
    assertThat(secrets(made).at(api.now.get().plusSeconds(60))).containsExactly(second);

    String third =
        TestApi.json(api.post(rotate, "{\"keep_old_secret_active_for_24_hours\":true}"))
            .path("signing_secret")
            .asString();
    assertThat(secrets(made).at(api.now.get().plusSeconds(86_399))).containsExactly(third, second);

    String fourth = TestApi.json(api.post(rotate, "")).path("signing_secret").asString();
    assertThat(secrets(made).at(api.now.get())).containsExactly(fourth);
    assertError(
        400,
        "integer_above_max_value",
        "expire_previous_in",
        api.post(rotate, "{\"expire_previous_in\":86401}"));
    assertError(
        400,
        "integer_below_min_value",
        "expire_previous_in",
        api.post(rotate, "{\"expire_previous_in\":-1}"));
  }

  @Test
  void deliveriesAreALogThatCanBeReplayed() throws Exception {
    JsonNode made = create(URL);
    for (int i = 0; i < 3; i++) {
      var batch = Samples.validating(api.stores, "batch_" + i);
      api.stores.batches().fail(batch.sequence(), List.of());
    }
    WebhookDelivery given = due();
    tried(given, new Outcome.GivenUp());

    JsonNode first = TestApi.json(api.get(endpoint(made) + "/deliveries?limit=2"));
    JsonNode second =
        TestApi.json(
            api.get(
                endpoint(made) + "/deliveries?limit=2&after=" + first.path("last_id").asString()));

    assertThat(first.path("data")).hasSize(2);
    assertThat(first.path("has_more").asBoolean()).isTrue();
    JsonNode failed = second.at("/data/0");
    assertThat(second.path("data")).hasSize(1);
    assertThat(id(failed)).isEqualTo(given.id());
    assertThat(failed.path("state").asString()).isEqualTo("failed");
    assertThat(failed.path("last_status").asInt()).isEqualTo(500);
    assertThat(failed.path("last_error").asString()).isEqualTo("answered 500");
    assertThat(failed.path("ended_at").asLong()).isEqualTo(api.now.get().getEpochSecond());

    int woken = api.webhooksWoken.get();
    JsonNode again = TestApi.json(api.post("/v1/webhook_deliveries/" + given.id() + "/replay", ""));
    assertThat(again.path("state").asString()).isEqualTo("pending");
    assertThat(id(again)).isEqualTo(given.id());
    assertThat(api.webhooksWoken.get()).isEqualTo(woken + 1);
  }

  @Test
  void disabledEndpointSaysWhyAndIsEnabledAgain() throws Exception {
    JsonNode made = create(URL);
    var batch = Samples.validating(api.stores, "batch_a");
    api.stores.batches().fail(batch.sequence(), List.of());
    WebhookDelivery given = due();
    tried(given, new Outcome.EndpointGone("it answered 410 (Gone)"));
    String replay = "/v1/webhook_deliveries/" + given.id() + "/replay";

    JsonNode disabled = TestApi.json(api.get(endpoint(made)));
    assertThat(disabled.at("/nightjar/status").asString()).isEqualTo("disabled");
    assertThat(disabled.at("/nightjar/disabled_reason").asString()).contains("410");
    assertThat(api.post(replay, "").statusCode()).isEqualTo(409);

    JsonNode enabled = TestApi.json(api.post(endpoint(made) + "/enable", ""));
    assertThat(enabled.at("/nightjar/status").asString()).isEqualTo("enabled");
    assertThat(api.post(replay, "").statusCode()).isEqualTo(200);
  }

  @Test
  void whatDoesNotExistIsNotFound() throws Exception {
    var paths = new ArrayList<HttpResponse<byte[]>>();
    String none = ENDPOINTS + "/whe_none";
    paths.add(api.get(none));
    paths.add(api.post(none, "{}"));
    paths.add(api.send(api.request(none).DELETE()));
    paths.add(api.post(none + "/rotate_secret", "{}"));
    paths.add(api.post(none + "/enable", "{}"));
    paths.add(api.post(none + "/test", "{\"event_type\":\"batch.failed\"}"));
    paths.add(api.get(none + "/deliveries"));
    paths.add(api.get(ENDPOINTS + "?after=whe_none"));
    paths.add(api.post("/v1/webhook_deliveries/wh_none/replay", ""));

    assertThat(paths).allMatch(response -> response.statusCode() == 404);
  }

  @Test
  void testOfAnEndpointThatDoesNotAnswerSaysWhy() throws Exception {
    JsonNode made = create("http://127.0.0.1:1/");

    HttpResponse<byte[]> response =
        post(endpoint(made) + "/test", "{\"event_type\":\"%s\"}", "batch.failed");

    assertError(400, "webhook_unreachable", null, response);
    assertThat(text(response)).contains("no connection");
  }

  @Test
  @Tag("K4")
  void testsThatHangOfOneProjectLeaveRoomForThoseOfAnother() throws Exception {
    var reached = new Semaphore(0);
    ScriptedServer hanging =
        ScriptedServer.playing(peer -> {
          var _ = peer.readRequest();
          reached.release();
          peer.awaitClose();
        });
    ScriptedServer answering =
        ScriptedServer.playing(
            ScriptedServer.always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    String event = "{\"event_type\":\"batch.failed\"}";
    String theirs = api.createKey("theirs", Scope.WRITE, null);
    String ours = api.createKey("ours", Scope.WRITE, null);

    api.key.set(theirs);
    String hangs = endpoint(create(hanging.url("http", "/").toString())) + "/test";
    for (int i = 0; i < 4; i++) {
      var _ = api.sendAsync(api.request(hangs).POST(BodyPublishers.ofString(event)));
    }
    assertThat(reached.tryAcquire(4, 20, TimeUnit.SECONDS)).as("all hang").isTrue();
    HttpResponse<byte[]> refused = api.post(hangs, event);
    api.key.set(ours);
    String answers = endpoint(create(answering.url("http", "/").toString())) + "/test";
    HttpResponse<byte[]> tested = api.post(answers, event);
    hanging.close();
    answering.close();

    assertError(429, "too_many_tests", null, refused);
    assertThat(tested.statusCode()).as(text(tested)).isEqualTo(200);
  }

  private WebhookDelivery due() {
    Due due = api.stores.webhooks().dueWebhookDeliveries(1, 1).getFirst();
    return api.stores.webhooks().dueWebhookDelivery(due).orElseThrow().delivery();
  }

  private JsonNode create(String url) throws Exception {
    HttpResponse<byte[]> response = post(ENDPOINTS, "{\"url\":\"%s\"}", url);
    assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
    return TestApi.json(response);
  }

  private HttpResponse<byte[]> post(String path, String body, String value) throws Exception {
    return api.post(path, body.formatted(value));
  }

  private void tried(WebhookDelivery delivery, Outcome outcome) {
    api.stores.webhooks().triedWebhookDelivery(new Try(delivery, outcome, 500, "answered 500"));
  }

  private Secrets secrets(JsonNode endpoint) {
    return api.stores.webhooks().webhookEndpoint("default", id(endpoint)).orElseThrow().secrets();
  }

  private static String endpoint(JsonNode endpoint) {
    return ENDPOINTS + "/" + id(endpoint);
  }

  private static String id(JsonNode json) {
    return json.path("id").asString();
  }

  private static List<String> strings(JsonNode array) {
    return array.valueStream().map(JsonNode::asString).toList();
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private static void assertError(
      int status, String code, @Nullable String param, HttpResponse<byte[]> response) {
    JsonNode error = TestApi.error(response);
    assertThat(response.statusCode()).as(text(response)).isEqualTo(status);
    assertThat(error.path("code").asString(null)).isEqualTo(code);
    assertThat(error.path("param").asString(null)).isEqualTo(param);
  }
}
