package dev.nightjar.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.Access;
import dev.nightjar.file.FileId;
import dev.nightjar.http.HttpServer;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.testing.RawHttp;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("server")
class AccessTest {
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
  void withoutKeysWhateverAClientSendsIsTheDefaultProject() throws Exception {
    String file = api.upload("batch", "a.jsonl", TestApi.LINE);

    var asked = api.request("/v1/files/" + file);
    assertThat(api.send(asked).statusCode()).isEqualTo(200);
    assertThat(api.send(asked.header("Authorization", "Bearer any")).statusCode()).isEqualTo(200);
    assertThat(api.send(asked.header("OpenAI-Project", "proj_x")).statusCode()).isEqualTo(200);
    assertThat(api.stores.files().file("default", new FileId(file))).isPresent();
  }

  @Test
  void theFirstKeyClosesTheServerAndRevokingTheLastDoesNotOpenItAgain() throws Exception {
    assertThat(api.get("/v1/files").statusCode()).isEqualTo(200);

    String key = api.createKey("default", Scope.WRITE, null);

    assertThat(api.get("/v1/files").statusCode()).isEqualTo(401);
    api.key.set(key);
    assertThat(api.get("/v1/files").statusCode()).isEqualTo(200);
    api.revoke(key);
    assertThat(api.get("/v1/files").statusCode()).isEqualTo(401);
    api.key.set("");
    assertThat(api.get("/v1/files").statusCode()).isEqualTo(401);
  }

  @Test
  void aServerThatIsOpenTakesRequestsWithoutAKeyButNoBadOnes() throws Exception {
    var open = new Access(api.stores.keys(), true, api.nanos::get);
    var listen = new HttpServer.Listen("127.0.0.1", 0, null, null);
    var server = new HttpServer(listen, api.services(open));
    String key = api.createKey("p", Scope.READ, null);
    int port = server.start();
    try {
      assertThat(status(port, "")).isEqualTo(200);
      assertThat(status(port, "Bearer " + key)).isEqualTo(200);
      assertThat(status(port, "Bearer " + key + "x")).isEqualTo(401);
      assertThat(status(port, "Basic eA==")).isEqualTo(401);
    } finally {
      server.stop();
    }
  }

  private int status(int port, String authorization) throws Exception {
    var request = api.request("").uri(URI.create("http://127.0.0.1:%d/v1/files".formatted(port)));
    return api.send(
            authorization.isEmpty() ? request : request.header("Authorization", authorization))
        .statusCode();
  }

  @Test
  void aWrongKeyIsShownMaskedAndWithItsCode() throws Exception {
    api.createKey("default", Scope.WRITE, null);
    api.key.set("sk-nj-abCDEFGHIJKLMNOPQRSTUVWXyz");

    HttpResponse<byte[]> refused = api.get("/v1/files");

    var error = TestApi.error(refused);
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(error.get("type").asString()).isEqualTo("invalid_request_error");
    assertThat(error.get("code").asString()).isEqualTo("invalid_api_key");
    assertThat(error.get("message").asString())
        .startsWith("Incorrect API key provided: sk-nj-ab***yz. There is no such key.")
        .doesNotContain("CDEF");
    assertThat(refused.headers().firstValue("www-authenticate")).contains("Bearer");
    assertThat(refused.headers().firstValue("x-request-id")).isPresent();
  }

  @Test
  void aShortWrongKeyIsNotShownAtAll() throws Exception {
    api.createKey("default", Scope.WRITE, null);
    api.key.set("my-password");

    assertThat(TestApi.error(api.get("/v1/files")).get("message").asString())
        .startsWith("Incorrect API key provided: ***. ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Bearer", "Bearer ", "KEY", "Basic KEY", "Bearer KEY KEY", "BearerKEY"})
  void withoutAKeyTheAnswerSaysWhatToSend(String authorization) throws Exception {
    String key = api.createKey("default", Scope.WRITE, null);
    var request = api.request("/v1/files");

    HttpResponse<byte[]> refused =
        api.send(
            authorization.isEmpty()
                ? request
                : request.header("Authorization", authorization.replace("KEY", key)));

    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(TestApi.error(refused).get("code").isNull()).isTrue();
    assertThat(TestApi.error(refused).get("message").asString())
        .contains("Authorization: Bearer sk-nj-")
        .doesNotContain(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer", "bearer", "BEARER", "bEaReR "})
  void theSchemeIsTakenInAnyCase(String scheme) throws Exception {
    String key = api.createKey("default", Scope.READ, null);

    assertThat(
            api.send(api.request("/v1/files").header("Authorization", scheme + " " + key))
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void aRefusalForItsScopeNamesTheMissingOne() throws Exception {
    api.key.set(api.createKey("default", Scope.READ, null));

    HttpResponse<byte[]> refused = api.post("/v1/batches", "{}");

    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(TestApi.error(refused).get("type").asString()).isEqualTo("invalid_request_error");
    assertThat(TestApi.error(refused).get("code").asString()).isEqualTo("insufficient_permissions");
    assertThat(TestApi.error(refused).get("message").asString()).contains("Missing scopes: write.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/nowhere",
        "/nowhere",
        "/",
        "/v1//files",
        "//v1/files",
        "/healthz/live/../../v1/files",
        "/healthz/%2e%2e/v1/files",
        "/healthz/live;a=b/../../files",
        "/healthz/live%2F..%2F..%2Ffiles",
        "/V1/FILES",
        "/healthz",
        "/metrics/x",
        "/v1/metrics",
      })
  void nothingElseIsSaidWithoutAKey(String path) throws Exception {
    api.createKey("default", Scope.WRITE, null);

    List<RawHttp.Response> answers =
        RawHttp.exchange(
            api.port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    assertThat(answers)
        .singleElement()
        .satisfies(answer -> assertThat(answer.status()).isEqualTo(401));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/healthz/live", "/healthz/ready", "/metrics"})
  void healthAndOnThisMachineFiguresNeedNoKey(String path) throws Exception {
    api.createKey("default", Scope.WRITE, null);

    assertThat(api.get(path).statusCode()).isEqualTo(200);
  }

  @Test
  void webPagesAreKeptOutForWantOfAKey() throws Exception {
    String key = api.createKey("default", Scope.WRITE, null);
    var page = api.request("/v1/files").header("Origin", "http://evil.example");

    assertThat(api.send(page).statusCode()).isEqualTo(401);
    api.key.set(key);
    var withKey = api.request("/v1/files").header("Origin", "http://evil.example");
    assertThat(api.send(withKey).statusCode()).isEqualTo(200);
  }

  @Test
  void projectOfTheHeaderIsTheKeysOwnOrTheAdminsChoice() throws Exception {
    api.createKey("b", Scope.WRITE, null);
    String writer = api.createKey("a", Scope.WRITE, null);
    String admin = api.createKey("a", Scope.ADMIN, null);

    assertThat(project(writer, "a")).isEqualTo("");
    assertThat(project(writer, "b")).isEqualTo("mismatched_project");
    assertThat(project(writer, "proj_x")).isEqualTo("mismatched_project");
    assertThat(project(admin, "b")).isEqualTo("");
    assertThat(project(admin, "proj_x")).isEqualTo("mismatched_project");
  }

  /** The code of the refusal; empty for none. */
  private String project(String key, String project) throws Exception {
    api.key.set(key);
    HttpResponse<byte[]> answer =
        api.send(api.request("/v1/files").header("OpenAI-Project", project));
    return answer.statusCode() == 200 ? "" : TestApi.error(answer).get("code").asString();
  }

  @Test
  void anyOrganizationIsTakenAndOursIsAnswered() throws Exception {
    api.key.set(api.createKey("default", Scope.WRITE, null));

    HttpResponse<byte[]> answer =
        api.send(api.request("/v1/files").header("OpenAI-Organization", "org-x"));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("openai-organization")).contains("nightjar");
  }

  @Test
  void aLimitedKeyIsToldHowItStandsAndRefusedBeyond() throws Exception {
    api.key.set(api.createKey("default", Scope.READ, 2));

    HttpResponse<byte[]> first = api.get("/v1/files");
    assertRate(first, "2", "1", "30s");
    assertRate(api.get("/v1/files/none"), "2", "0", "1m0s");

    HttpResponse<byte[]> refused = api.get("/v1/files");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(TestApi.error(refused).get("type").asString()).isEqualTo("requests");
    assertThat(TestApi.error(refused).get("code").asString()).isEqualTo("rate_limit_exceeded");
    assertThat(TestApi.error(refused).get("message").asString()).contains("try again in 30s");
    assertThat(refused.headers().firstValue("retry-after")).contains("30");
    assertThat(refused.headers().firstValue("retry-after-ms")).contains("30000");
    assertRate(refused, "2", "0", "1m0s");

    api.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(29_999));
    assertThat(api.get("/v1/files").headers().firstValue("retry-after-ms")).contains("1");
    api.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(api.get("/v1/files").statusCode()).isEqualTo(200);
  }

  @Test
  void limitsOfKeysAreTheirOwnAndRefusalsForTheScopeCountToo() throws Exception {
    String one = api.createKey("default", Scope.READ, 1);
    String other = api.createKey("default", Scope.READ, 1);
    api.key.set(one);
    assertThat(api.post("/v1/batches", "{}").statusCode()).isEqualTo(403);
    assertThat(api.get("/v1/files").statusCode()).isEqualTo(429);

    api.key.set(other);
    HttpResponse<byte[]> admitted = api.get("/v1/files");

    assertThat(admitted.statusCode()).isEqualTo(200);
    api.key.set(api.createKey("default", Scope.READ, null));
    assertThat(api.get("/v1/files").headers().map())
        .doesNotContainKey("x-ratelimit-limit-requests");
  }

  private static void assertRate(
      HttpResponse<byte[]> answer, String limit, String remaining, String reset) {
    assertThat(answer.headers().firstValue("x-ratelimit-limit-requests")).contains(limit);
    assertThat(answer.headers().firstValue("x-ratelimit-remaining-requests")).contains(remaining);
    assertThat(answer.headers().firstValue("x-ratelimit-reset-requests")).contains(reset);
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void requestsAtTheSameTimeNeverMixTheirProjects(HttpClient.Version version) throws Exception {
    String a = api.createKey("a", Scope.WRITE, null);
    String b = api.createKey("b", Scope.WRITE, null);
    api.key.set(a);
    String file = api.upload("batch", "a.jsonl", TestApi.LINE);
    api.key.set("");
    try (var client = HttpClient.newBuilder().version(version).build()) {
      // The first request over HTTP/2 is the upgrade; those that follow share its connection.
      client.send(api.request("/healthz/live").version(version).build(), BodyHandlers.discarding());
      var answers = new ArrayList<CompletableFuture<Integer>>();
      for (int i = 0; i < 200; i++) {
        var request =
            api.request("/v1/files/" + file)
                .version(version)
                .header("Authorization", "Bearer " + (i % 2 == 0 ? a : b));
        answers.add(
            client
                .sendAsync(request.build(), BodyHandlers.ofByteArray())
                .thenApply(HttpResponse::statusCode));
      }

      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(i % 2 == 0 ? 200 : 404);
      }
    }
  }
}
