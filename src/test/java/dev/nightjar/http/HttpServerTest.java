package dev.nightjar.http;

import static dev.nightjar.testing.TestApi.field;
import static dev.nightjar.testing.TestApi.file;
import static dev.nightjar.testing.TestApi.form;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.http.HttpServer.HttpServerException;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("server")
class HttpServerTest {
  @TempDir private Path directory;
  private TestApi api;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi(directory, new ApiLimits(1_000, 200, Set.of()));
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/models", "/models", "/healthz/live", "/nowhere", "/v1/files/none"})
  void everyAnswerHasTheHeadersOfTheApi(String path) throws Exception {
    HttpResponse<byte[]> response = api.get(path);

    assertThat(response.headers().firstValue("x-request-id").orElseThrow())
        .matches("req_[0-9a-f]{32}");
    assertThat(response.headers().firstValue("openai-version")).contains("2020-10-01");
    assertThat(response.headers().firstValue("openai-processing-ms").orElseThrow()).matches("\\d+");
    assertThat(response.headers().firstValue("content-type")).contains("application/json");
  }

  @Test
  void modelsAreListedWithTheirUpstreamAndFoundByIdsWithSlashes() throws Exception {
    String model =
        "{\"id\":\"org/model\",\"object\":\"model\",\"created\":0,\"owned_by\":\"local\"}";

    assertThat(text(api.get("/v1/models")))
        .isEqualTo("{\"object\":\"list\",\"data\":[" + model + "]}");
    assertThat(text(api.get("/v1/models/org/model"))).isEqualTo(model);
    assertThat(text(api.get("/v1/models/org%2Fmodel"))).isEqualTo(model);
    assertThat(TestApi.error(api.get("/v1/models/other")).get("code").asString())
        .isEqualTo("model_not_found");
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void bothVersionsOfHttpServeAll(HttpClient.Version version) throws Exception {
    // A request with a body does not change the version: the first one has none.
    HttpResponse<byte[]> listed = api.send(api.request("/v1/files").version(version));
    String form = form(field("purpose", "batch"), file("a.jsonl", TestApi.LINE.repeat(20)));
    HttpResponse<byte[]> created =
        api.send(
            api.request("/v1/files")
                .version(version)
                .header("Content-Type", "multipart/form-data; boundary=" + TestApi.BOUNDARY)
                .POST(BodyPublishers.ofString(form)));
    HttpResponse<byte[]> refused =
        api.send(api.request("/v1/batches").version(version).POST(BodyPublishers.ofString("{}")));

    assertThat(List.of(created, listed, refused))
        .allSatisfy(response -> {
          assertThat(response.version()).isEqualTo(version);
          assertThat(response.headers().firstValue("openai-processing-ms")).isPresent();
        })
        .extracting(HttpResponse::statusCode)
        .containsExactly(200, 200, 400);
  }

  @Test
  void readinessSaysWhyNot() throws Exception {
    assertThat(api.get("/healthz/ready").statusCode()).isEqualTo(200);

    api.unready.set(Optional.of("recovering"));

    assertThat(api.get("/healthz/ready").statusCode()).isEqualTo(503);
    assertThat(text(api.get("/healthz/ready"))).contains("recovering");
    assertThat(api.get("/healthz/live").statusCode()).isEqualTo(200);
  }

  @Test
  @Tag("K2")
  void whatIsNotAliveSaysWhyAndIsNotReadyEither() throws Exception {
    api.dead.set(() -> Optional.of("the engine does not answer"));

    assertThat(api.get("/healthz/live").statusCode()).isEqualTo(503);
    assertThat(text(api.get("/healthz/live")))
        .isEqualTo("{\"status\":\"not live\",\"reason\":\"the engine does not answer\"}");
    assertThat(api.get("/healthz/ready").statusCode()).isEqualTo(503);
    assertThat(text(api.get("/healthz/ready"))).contains("the engine does not answer");
  }

  @ParameterizedTest
  @Tag("K2")
  @EnumSource(HttpClient.Version.class)
  void whateverAHandlerThrowsIsA500AndTheConnectionGoesOn(HttpClient.Version version)
      throws Exception {
    for (Supplier<Optional<String>> fault :
        List.<Supplier<Optional<String>>>of(
            () -> {
              throw new AssertionError("a mistake");
            },
            () -> Optional.of("" + deeper(0)))) {
      api.dead.set(fault);

      HttpResponse<byte[]> response = api.send(api.request("/healthz/live").version(version));

      assertThat(response.statusCode()).isEqualTo(500);
      assertThat(TestApi.error(response).get("type").asString()).isEqualTo("server_error");
      assertThat(api.send(api.request("/v1/models").version(version)).statusCode()).isEqualTo(200);
    }
  }

  private static long deeper(long depth) {
    return depth < 0 ? 0 : depth + deeper(depth + 1);
  }

  @Test
  void unknownPathIsNotFoundAndPointsToTheApi() throws Exception {
    HttpResponse<byte[]> response = api.get("/_stainless_unknown_path");

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(TestApi.error(response).get("message").asString())
        .startsWith("Invalid URL (GET /_stainless_unknown_path).")
        .contains("/v1");
  }

  @Test
  void wrongMethodNamesTheRightOnes() throws Exception {
    HttpResponse<byte[]> response =
        api.send(api.request("/v1/files").PUT(BodyPublishers.ofString("x")));

    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("allow")).contains("GET, HEAD, POST");
    assertThat(TestApi.error(response).get("message").asString()).contains("PUT", "/v1/files");
  }

  @Test
  void headAnswersLikeGetWithoutTheBody() throws Exception {
    HttpResponse<byte[]> get = api.get("/v1/models");
    HttpResponse<byte[]> head = api.send(api.request("/v1/models").HEAD());
    HttpResponse<byte[]> missing = api.send(api.request("/v1/files/none").HEAD());

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValueAsLong("content-length")).hasValue(get.body().length);
    assertThat(missing.statusCode()).isEqualTo(404);
  }

  @Test
  void pagesOfOtherSitesAreKeptOut() throws Exception {
    HttpResponse<byte[]> foreign =
        api.send(api.request("/v1/models").header("Origin", "http://evil.example"));
    HttpResponse<byte[]> own =
        api.send(api.request("/v1/models").header("Origin", "http://127.0.0.1:" + api.port));
    String rebound =
        raw("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");

    assertThat(foreign.statusCode()).isEqualTo(403);
    assertThat(own.statusCode()).isEqualTo(200);
    assertThat(rebound)
        .startsWith("HTTP/1.1 403")
        .contains("x-request-id")
        .contains("\"param\":null");
  }

  @Test
  @Timeout(60)
  void theServerHangsUpWhenAskedAlsoAfterARefusedBody() throws Exception {
    String get = raw("GET /healthz/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    String post =
        raw(
            "POST /nowhere HTTP/1.1\r\n"
                + "Host: localhost\r\n"
                + "Connection: close\r\n"
                + "Content-Length: 100000\r\n\r\n"
                + "x".repeat(100_000));

    assertThat(get).startsWith("HTTP/1.1 200").endsWith("{\"status\":\"live\"}");
    assertThat(post).startsWith("HTTP/1.1 404").endsWith("}}");
  }

  @Test
  void requestsThatAreNoHttpGetTheEnvelopeToo() throws Exception {
    String answer = raw("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n");

    assertThat(answer)
        .startsWith("HTTP/1.1 400")
        .containsIgnoringCase("x-request-id: req_")
        .contains("\"type\":\"invalid_request_error\"");
  }

  @Test
  void aFaultOfOursIsA500ThatTellsNothing() throws Exception {
    api.stores.close();

    HttpResponse<byte[]> response = api.get("/v1/batches");

    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(TestApi.error(response).get("type").asString()).isEqualTo("server_error");
    assertThat(text(response)).doesNotContainIgnoringCase("sqlite").doesNotContain("Exception");
  }

  @Test
  void aTakenPortIsExplainedInASentence() {
    var listen = new HttpServer.Listen("127.0.0.1", api.port, null, null);
    var second = new HttpServer(listen, api.services);

    assertThatThrownBy(second::start)
        .isInstanceOf(HttpServerException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1 port " + api.port);
  }

  @Test
  void anUnknownHostIsExplainedInASentence() {
    var listen = new HttpServer.Listen("nowhere.invalid", 0, null, null);

    assertThatThrownBy(() -> new HttpServer(listen, api.services))
        .isInstanceOf(HttpServerException.class)
        .hasMessageContaining("nowhere.invalid");
  }

  private String raw(String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.port)) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
