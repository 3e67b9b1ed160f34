package dev.nightjar.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.config.SettingsException;
import dev.nightjar.sim.answer.ErrorKind;
import dev.nightjar.testing.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong, on purpose or by the caller's mistake. */
@Tag("server")
@Timeout(60)
class SimErrorsTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String HELLO =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
  private static final String FAILING =
      "{\"model\":\"m\",\"user\":\"sim:500\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

  private final HttpClient client = HttpClient.newHttpClient();
  private SimServer server = SimServer.start(SimOptions.defaults().withRecordRequests(true));

  @AfterEach
  void close() {
    server.close();
    client.shutdownNow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"429", "503"})
  void overloadSaysWhenToComeBack(String kind) throws Exception {
    HttpResponse<String> answer = post(CHAT, HELLO, "x-sim-error", kind);

    assertThat(answer.statusCode()).isEqualTo(Integer.parseInt(kind));
    assertThat(answer.headers().firstValue("retry-after-ms")).hasValue("20");
    assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
    assertEnvelope(answer);
  }

  @ParameterizedTest
  @EnumSource(names = {"RESET", "TRUNCATED"})
  void brokenAnswerIsAnIoErrorForTheCaller(ErrorKind kind) {
    assertThatThrownBy(() -> post(CHAT, HELLO, "x-sim-error", kind.toString()))
        .isInstanceOf(IOException.class);
    assertThat(server.counters().answered()).isZero();
  }

  @Test
  void hangingAnswerNeverComesAndEndsWithTheCaller() throws Exception {
    HttpRequest request =
        request(CHAT, HELLO, "x-sim-error", "hang").timeout(Duration.ofMillis(200)).build();

    assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
        .isInstanceOf(HttpTimeoutException.class);

    while (server.counters().inFlight() > 0) {
      LockSupport.parkNanos(1_000_000L);
    }
  }

  @Test
  void garbageIsNoJson() throws Exception {
    HttpResponse<String> answer = post(CHAT, HELLO, "x-sim-error", "garbage");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).startsWith("<html>");
  }

  @Test
  void prettyAnswerIsTheSameOverSeveralLines() throws Exception {
    String answer = post(CHAT, HELLO, "x-sim-error", "pretty").body();

    assertThat(answer.lines().count()).isGreaterThan(10);
    assertThat(Json.read(answer).at("/choices/0/message/content").asString())
        .isEqualTo("Simulated answer to: hello");
  }

  @Test
  void lineSeparatorsComeUnescaped() throws Exception {
    String answer = post(CHAT, HELLO, "x-sim-error", "u2028").body();

    assertThat(answer).contains("\u2028", "\u2029", "\u0085");
    assertThat(Json.read(answer).at("/choices/0/message/content").asString())
        .isEqualTo("Simulated answer to: hello \u2028 \u2029 \u0085 ");
  }

  @Test
  void bodyCanAskToFailEveryTime() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(post(CHAT, FAILING).statusCode()).isEqualTo(500);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/v1/chat/completions | {\"messages\":[] | 400",
        "/v1/chat/completions | {\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]} | 400",
        "/v1/chat/completions | {\"model\":\"m\"} | 400",
        "/v1/chat/completions | {\"model\":\"m\",\"messages\":[]} | 400",
        "/v1/chat/completions | {\"model\":\"m\",\"messages\":\"x\"} | 400",
        "/v1/chat/completions | [] | 400",
        "/v1/embeddings | {\"model\":\"m\"} | 400",
        "/v1/embeddings | {\"model\":\"m\",\"input\":[{}]} | 400",
        "/v1/nothing | {} | 404"
      })
  void mistakesGetTheEnvelope(String path, String body, int status) throws Exception {
    HttpResponse<String> answer = post(path, body);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertEnvelope(answer);
  }

  @Test
  void schemaThatIsNotFollowedIsRefusedByItsKeyword() throws Exception {
    String body =
        """
        {"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{
        "type":"json_schema","json_schema":{"name":"n","schema":{"type":"string","pattern":"a+"}}}}
        """;

    HttpResponse<String> answer = post(CHAT, body);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("'pattern'");
  }

  @Test
  void otherKeysAndModelsAreRefused() throws Exception {
    server.close();
    server = SimServer.start(SimOptions.defaults().withApiKey("good").withModels(Set.of("other")));

    assertThat(post(CHAT, HELLO).body()).contains("invalid_api_key");
    assertThat(post(CHAT, HELLO, "Authorization", "Bearer good").body())
        .contains("model_not_found");
  }

  @Test
  void outageResetsAndEnds() throws Exception {
    server.setDown(true);
    assertThatThrownBy(() -> post(CHAT, HELLO)).isInstanceOf(IOException.class);

    server.setDown(false);

    assertThat(post(CHAT, HELLO).statusCode()).isEqualTo(200);
  }

  @Test
  void requestsAreCountedByTheirId() throws Exception {
    var _ = post(CHAT, HELLO, "X-Request-Id", "a");
    HttpResponse<String> last = post(CHAT, HELLO, "X-Request-Id", "a");

    assertThat(last.headers().firstValue("X-Request-Id")).hasValue("a");
    assertThat(server.counters().seen()).containsEntry("a", 2);
    assertThat(server.counters().received()).isEqualTo(2);
  }

  @Test
  void workIsCountedOnlyForWholeAnswers() throws Exception {
    for (String kind : new String[] {"500", "garbage", "none", "pretty"}) {
      var _ = post(CHAT, HELLO, "X-Request-Id", "a", "x-sim-error", kind);
    }

    assertThat(server.counters().worked()).containsExactly(Map.entry("a", 2));
  }

  @Test
  void takenPortIsOneSentence() {
    assertThatThrownBy(() -> SimServer.start(SimOptions.defaults().withPort(server.port())))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("already in use");
  }

  private HttpResponse<String> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return client.send(request(path, body, headers).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path, String body, String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .version(HttpClient.Version.HTTP_1_1)
            .POST(BodyPublishers.ofString(body));
    return headers.length == 0 ? request : request.headers(headers);
  }

  private static void assertEnvelope(HttpResponse<String> answer) {
    var error = Json.read(answer.body()).path("error");
    assertThat(error.propertyNames()).contains("message", "type", "param", "code");
  }
}
