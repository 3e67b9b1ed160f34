package dev.nightjar.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.Access;
import dev.nightjar.http.HttpServer;
import dev.nightjar.http.HttpServer.Listen;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.testing.RawHttp;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways in that need no key: who must not come in by them. */
@Tag("server")
@Tag("K5")
class DoorsTest {
  private static final int OK = 200;
  private static final int FORBIDDEN = 403;

  /** What a page may send without asking first. */
  private static final String CREATES_A_BATCH =
      """
      POST /v1/batches HTTP/1.1
      Host: %s
      Content-Type: text/plain
      Content-Length: 2
      %s

      {}\
      """
          .replace("\n", "\r\n");

  @TempDir Path directory;
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
  void webPageCreatesNoBatchOnAnOpenServer() throws IOException {
    HttpServer open = open("0.0.0.0");
    int port = open.start();
    try {
      String own = "127.0.0.1:" + port;
      assertThat(status(port, CREATES_A_BATCH.formatted(own, "Accept: */*")))
          .as("no page")
          .isEqualTo(400);
      assertThat(status(port, CREATES_A_BATCH.formatted(own, "Origin: http://" + own)))
          .as("its own page")
          .isEqualTo(400);
      assertThat(status(port, CREATES_A_BATCH.formatted(own, "Origin: http://evil.example")))
          .isEqualTo(FORBIDDEN);
      assertThat(status(port, CREATES_A_BATCH.formatted(own, "Origin: null"))).isEqualTo(FORBIDDEN);
      assertThat(status(port, CREATES_A_BATCH.formatted(own, "Sec-Fetch-Site: cross-site")))
          .isEqualTo(FORBIDDEN);
      assertThat(status(port, CREATES_A_BATCH.formatted("evil.example", "Accept: */*")))
          .as("a name that now means this server")
          .isEqualTo(FORBIDDEN);
      assertThat(status(port, CREATES_A_BATCH.formatted("batch.example", "Accept: */*")))
          .as("--allow-host")
          .isEqualTo(400);
      assertThat(status(port, get("/v1/files", own, ""))).isEqualTo(OK);
      assertThat(
              status(
                  port,
                  get(
                      "/v1/files",
                      own,
                      "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n")))
          .as("a link in a page")
          .isEqualTo(OK);
    } finally {
      open.stop();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET http://evil.example/v1/files HTTP/1.1\r\nHost: localhost\r\n",
        "GET http://evil.example:80/v1/files HTTP/1.1\r\nHost: localhost\r\n",
        "GET http://localhost@evil.example/v1/files HTTP/1.1\r\nHost: localhost\r\n",
        "GET http://localhost/v1/files HTTP/1.1\r\nHost: evil.example\r\n",
        "GET HTTP://evil.example HTTP/1.1\r\nHost: localhost\r\n",
      })
  void targetWithAForeignHostIsRefused(String head) throws IOException {
    assertThat(status(api.port, head + "\r\n")).isIn(400, FORBIDDEN);
  }

  @Test
  void targetWithThisHostIsServed() throws IOException {
    assertThat(
            status(api.port, "GET http://localhost/v1/files HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .isEqualTo(OK);
  }

  @Test
  void secondHostIsRefused() throws IOException {
    assertThat(
            status(
                api.port,
                "GET /v1/files HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"))
        .isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-For: 203.0.113.9",
        "x-forwarded-host: batch.example",
        "X-Forwarded-Proto: https",
        "Forwarded: for=203.0.113.9",
        "X-Real-IP: 203.0.113.9",
        "Via: 1.1 proxy",
      })
  void proxyDoesNotOpenAServerWithoutKeys(String header) throws IOException {
    String request = get("/v1/files", "localhost", header + "\r\n");

    assertThat(RawHttp.exchange(api.port, request))
        .singleElement()
        .satisfies(answer -> {
          assertThat(answer.status()).isEqualTo(FORBIDDEN);
          assertThat(answer.body()).contains("nightjar keys create").contains("--open");
        });
    assertThat(status(api.port, get("/metrics", "localhost", header + "\r\n")))
        .as("figures are for this machine")
        .isEqualTo(FORBIDDEN);
    assertThat(status(api.port, get("/healthz/ready", "localhost", header + "\r\n"))).isEqualTo(OK);

    String key = "Authorization: Bearer " + api.createKey("default", Scope.READ, null) + "\r\n";
    assertThat(status(api.port, request)).as("now there is a key").isEqualTo(401);
    assertThat(status(api.port, get("/metrics", "localhost", header + "\r\n"))).isEqualTo(401);
    assertThat(status(api.port, get("/metrics", "localhost", header + "\r\n" + key))).isEqualTo(OK);
    assertThat(status(api.port, get("/v1/files", "localhost", header + "\r\n" + key)))
        .isEqualTo(OK);
  }

  @Test
  void keyIsEnoughBehindAProxyOfThisMachine() throws IOException {
    String page = "Origin: https://batch.example\r\nSec-Fetch-Site: same-site\r\n";
    String key = "Authorization: Bearer " + api.createKey("default", Scope.READ, null) + "\r\n";

    assertThat(status(api.port, get("/v1/files", "batch.example", page + key))).isEqualTo(OK);
    assertThat(status(api.port, get("/v1/files", "batch.example", page))).isEqualTo(401);
    assertThat(status(api.port, get("/metrics", "batch.example", page)))
        .as("free, and not for pages")
        .isEqualTo(FORBIDDEN);
  }

  @Test
  void openServerMayBeBehindAProxy() throws IOException {
    HttpServer open = open("127.0.0.1");
    int port = open.start();
    try {
      assertThat(status(port, get("/v1/files", "batch.example", "X-Forwarded-For: 10.0.0.1\r\n")))
          .isEqualTo(OK);
    } finally {
      open.stop();
    }
  }

  private HttpServer open(String host) {
    return new HttpServer(
        new Listen(host, 0, null, null, Set.of("batch.example")),
        api.services(new Access(api.stores.keys(), true, api.nanos::get)));
  }

  private static String get(String path, String host, String headers) {
    return "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n".formatted(path, host, headers);
  }

  private static int status(int port, String request) throws IOException {
    List<RawHttp.Response> answers = RawHttp.exchange(port, request);
    assertThat(answers).as(request).hasSize(1);
    return answers.getFirst().status();
  }
}
