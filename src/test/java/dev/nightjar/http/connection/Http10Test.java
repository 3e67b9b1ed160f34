package dev.nightjar.http.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.RawHttp;
import dev.nightjar.testing.RawHttp.Response;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What nginx speaks with its default {@code proxy_pass}, and old health checks. */
@Tag("K1")
@Tag("server")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http10Test {
  private TestApi api;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    api = new TestApi(folder);
  }

  @AfterAll
  void stop() {
    api.close();
  }

  @Test
  void requestIsAnsweredOnceAndTheConnectionClosed() throws Exception {
    Response answer = only("GET /v1/models HTTP/1.0\r\nHost: localhost\r\n\r\n");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers())
        .containsEntry("connection", "close")
        .containsKey("content-length")
        .doesNotContainKey("transfer-encoding");
  }

  @Test
  void nothingMoreIsReadOfTheConnectionThoughItAsksToBeKept() throws Exception {
    String request = "GET /v1/models HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";

    assertThat(only(request + request).status()).isEqualTo(200);
  }

  @Test
  void uploadAndDownloadWork() throws Exception {
    String form =
        "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nvision\r\n"
            + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
            + "x".repeat(700_000)
            + "\r\n--b--";
    Response uploaded =
        only(
            "POST /v1/files HTTP/1.0\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: "
                + form.length()
                + "\r\n\r\n"
                + form);
    String id = JsonMapper.shared().readTree(uploaded.body()).get("id").asString();

    Response content = only("GET /v1/files/" + id + "/content HTTP/1.0\r\nHost: localhost\r\n\r\n");

    assertThat(uploaded.status()).isEqualTo(200);
    assertThat(content.body()).isEqualTo("x".repeat(700_000));
    assertThat(content.headers()).containsEntry("content-length", "700000");
  }

  @Test
  void hostIsNotNeededButNeverGuessed() throws Exception {
    Response answer = only("GET /v1/models HTTP/1.0\r\n\r\n");

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.body()).contains("is not a name of it: use localhost");
  }

  @Test
  void healthCheckNeedsNoHost() throws Exception {
    assertThat(only("GET /healthz/live HTTP/1.0\r\n\r\n").status()).isEqualTo(200);
    assertThat(only("GET /healthz/ready HTTP/1.0\r\n\r\n").status()).isEqualTo(200);
  }

  @Test
  void chunksAreOfHttp11Only() throws Exception {
    Response answer =
        only(
            "POST /v1/batches HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{}");

    assertThat(answer.status()).isEqualTo(400);
  }

  @Test
  void http11StillNeedsOneHost() throws Exception {
    for (String hosts :
        List.of("", "Host: a\r\nHost: a\r\n", "Host: \r\n", "Host: a:b\r\n", "Host: [::1\r\n")) {
      assertThat(only("GET /v1/models HTTP/1.1\r\n" + hosts + "\r\n").status()).isEqualTo(400);
    }
  }

  /** The answer, which must be the only one. */
  private Response only(String request) throws IOException {
    try (var client = new RawHttp(api.port)) {
      client.send(request.getBytes(ISO_8859_1));
      List<Response> answers = client.readAll(false);
      assertThat(answers).hasSize(1);
      return answers.getFirst();
    }
  }
}
