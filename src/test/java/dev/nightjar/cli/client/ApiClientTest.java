package dev.nightjar.cli.client;

import static dev.nightjar.cli.client.StubApi.answer;
import static dev.nightjar.cli.client.StubApi.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.nightjar.terminal.CommandException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the client makes of answers, of their absence, and of its settings. */
class ApiClientTest {
  private static final String SOON = "retry-after-ms: 1";

  private static CommandException failureOf(StubApi stub) {
    try (ApiClient client = stub.client()) {
      return catchThrowableOfType(CommandException.class, () -> client.get("/batches/b"));
    }
  }

  @Test
  void whatMayPassIsAskedAgainWithTheCountOfTheAttempt() throws IOException {
    try (var stub =
            new StubApi(answer(503, "", SOON), answer(429, "", SOON), answer(200, "{\"id\":1}"));
        ApiClient client = stub.client()) {
      JsonNode answer = client.post("/batches", null);

      assertThat(answer.path("id").asInt()).isEqualTo(1);
      assertThat(stub.sent("x-stainless-retry-count")).containsExactly("0", "1", "2");
    }
  }

  @Test
  void connectionThatBreaksIsAnAttempt() throws IOException {
    try (var stub =
            new StubApi(
                peer -> {
                  var _ = peer.readRequest();
                  peer.reset();
                },
                answer(200, "{}"));
        ApiClient client = stub.client()) {
      assertThat(client.post("/batches", null)).isEmpty();
      assertThat(stub.sent("x-stainless-retry-count")).containsExactly("0", "1");
    }
  }

  @Test
  void asksThreeTimesAtTheMost() throws IOException {
    try (var stub =
        new StubApi(answer(503, error("the disk is full"), SOON, "x-request-id: req_1"))) {
      CommandException failure = failureOf(stub);

      assertThat(failure.sentence()).isEqualTo("the disk is full (status 503, request req_1)");
      assertThat(failure.exitCode()).isEqualTo(1);
      assertThat(failure.isPassing()).isTrue();
      assertThat(stub.server.connections()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, x-other: 1, 1",
    "404, x-other: 1, 1",
    "409, x-should-retry: true, 3",
    "500, x-should-retry: false, 1",
    "429, retry-after: 1000, 1",
    "302, location: http://127.0.0.1:1/, 1"
  })
  void headersOfTheAnswerSayWhetherToAskAgain(int status, String header, int requests)
      throws IOException {
    try (var stub = new StubApi(answer(status, error("no"), header))) {
      assertThat(failureOf(stub).exitCode()).isEqualTo(1);
      assertThat(stub.server.connections()).isEqualTo(requests);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void refusedKeyHasItsOwnCodeAndSaysWhereKeysComeFrom(int status) throws IOException {
    try (var stub = new StubApi(answer(status, error("Incorrect API key provided.")))) {
      CommandException failure = failureOf(stub);

      assertThat(failure.exitCode()).isEqualTo(5);
      assertThat(failure.sentence())
          .startsWith("Incorrect API key provided.")
          .contains("NIGHTJAR_API_KEY");
      assertThat(stub.server.connections()).isEqualTo(1);
    }
  }

  @Test
  void serverThatIsNotThereHasItsOwnCode() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    var options = new ClientOptions();
    options.baseUrl = "http://127.0.0.1:" + port;
    try (var client = new ApiClient(options.target(Map.of()), _ -> {})) {
      var failure = catchThrowableOfType(CommandException.class, () -> client.get("/files"));

      assertThat(failure.exitCode()).isEqualTo(6);
      assertThat(failure.sentence())
          .isEqualTo(
              "the server at http://127.0.0.1:%d/v1 cannot be reached: connection refused"
                  .formatted(port));
    }
  }

  @Test
  void answerThatIsNoJsonDoubtsTheBaseUrl() throws IOException {
    try (var stub = new StubApi(answer(200, "<html>"))) {
      assertThat(failureOf(stub).sentence()).contains("is the base URL right?");
    }
    try (var stub = new StubApi(answer(404, "<html>"))) {
      assertThat(failureOf(stub).sentence()).contains("is the base URL right?");
    }
  }

  @Test
  void wordsOfTheServerCannotDriveTheTerminal() throws IOException {
    try (var stub = new StubApi(answer(400, error("red \\u001b[31m\\nline")))) {
      assertThat(failureOf(stub).sentence()).isEqualTo("red  [31m line");
    }
  }

  @Test
  void keyAndProjectAreSent() throws IOException {
    try (var stub = new StubApi(answer(200, "{}"))) {
      var options = new ClientOptions();
      options.apiKey = "nj-1";
      options.project = "proj_1";
      try (ApiClient client = options.client(stub.shell)) {
        var _ = client.get("/files");
      }

      assertThat(stub.sent("authorization")).containsExactly("Bearer nj-1");
      assertThat(stub.sent("openai-project")).containsExactly("proj_1");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://a:1/v1/, http://b/v1, http://a:1/v1",
    "http://a:1, http://b/v1, http://a:1/v1",
    ", http://b/v1, http://b/v1",
    ", https://b/api/v2, https://b/api/v2",
    ", , http://127.0.0.1:8080/v1"
  })
  void baseUrlIsTheFlagsThenTheEnvironmentsThenThisMachines(
      String flag, String variable, String expected) {
    var options = new ClientOptions();
    options.baseUrl = flag;
    var environment =
        variable == null ? Map.<String, String>of() : Map.of("OPENAI_BASE_URL", variable);

    assertThat(options.target(environment).base()).isEqualTo(URI.create(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost:8080", "ftp://a/v1", "http://", "http://a b", "http://a/v1?x=1"})
  void baseUrlThatIsNoneIsSaid(String url) {
    var options = new ClientOptions();
    options.baseUrl = url;

    assertThat(catchThrowableOfType(CommandException.class, () -> options.target(Map.of())))
        .hasMessageContaining("is not one such as http://127.0.0.1:8080/v1");
  }

  @Test
  void ownKeyWinsOverOpenAis() {
    var environment = Map.of("NIGHTJAR_API_KEY", "ours", "OPENAI_API_KEY", "theirs");

    assertThat(new ClientOptions().target(environment).key()).isEqualTo("ours");
    assertThat(new ClientOptions().target(Map.of("OPENAI_API_KEY", "theirs")).key())
        .isEqualTo("theirs");
  }
}
