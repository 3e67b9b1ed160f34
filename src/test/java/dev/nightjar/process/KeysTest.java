package dev.nightjar.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.batches.Batch;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import dev.nightjar.Ran;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.store.local.DataDirectory;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code nightjar keys} beside a server, as processes of their own where that matters. */
@Tag("server")
class KeysTest {
  @TempDir Path folder;

  @Test
  void keysComeAndGoWhileAServerRuns() throws Exception {
    Path data = folder.resolve("data");
    try (var fixture = ServerFixture.start(data, ServerFixture.sim())) {
      assertThat(fixture.client.files().list().items()).isEmpty();

      String key = keys("create", "--project", "team-a", "--name", "one", "--data", text(data));

      assertThat(key).matches("sk-nj-[0-9A-Za-z]{43}\n");
      assertThatThrownBy(() -> fixture.client.files().list())
          .isInstanceOf(UnauthorizedException.class);
      OpenAIClient keyed = with(fixture, key);
      assertThat(keyed.files().list().items()).isEmpty();
      String listed = keys("list", "--data", text(data));
      JsonNode row = Json.read(listed);
      assertThat(listed).doesNotContain(key.strip()).hasLineCount(1);
      assertThat(row.get("project").asString()).isEqualTo("team-a");
      assertThat(row.get("name").asString()).isEqualTo("one");
      assertThat(row.get("scopes").toString()).isEqualTo("[\"write\"]");
      assertThat(row.get("requests_per_minute").isNull()).isTrue();
      assertThat(row.get("revoked_at").isNull()).isTrue();

      keys("revoke", row.get("id").asString(), "--data", text(data));

      assertThatThrownBy(() -> keyed.files().list())
          .isInstanceOf(UnauthorizedException.class)
          .hasMessageContaining("It was revoked at");
      assertThatThrownBy(() -> fixture.client.files().list())
          .as("and the server is not open again")
          .isInstanceOf(UnauthorizedException.class);
      assertThat(Json.read(keys("list", "--data", text(data))).get("revoked_at").isNumber())
          .isTrue();
    }
  }

  @Test
  void inputFileOfAnotherProjectIsUnknownToABatch() throws Exception {
    Path data = folder.resolve("data");
    String a = inThisProcess("create", "--project", "a", "--data", text(data));
    String b = inThisProcess("create", "--project", "b", "--data", text(data));
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 3, _ -> "");
    try (var fixture = ServerFixture.start(data, SimOptions.defaults())) {
      OpenAIClient owner = with(fixture, a);
      OpenAIClient stranger = with(fixture, b);
      FileObject file =
          owner
              .files()
              .create(FileCreateParams.builder().purpose(FilePurpose.BATCH).file(input).build());

      Batch foreign = ServerFixture.await(stranger, batch(stranger, file.id()));
      Batch unknown = ServerFixture.await(stranger, batch(stranger, "file-x"));
      Batch own = ServerFixture.await(owner, batch(owner, file.id()));

      assertThat(error(foreign)).isEqualTo(error(unknown));
      assertThat(own.status()).isEqualTo(Batch.Status.COMPLETED);
      String output = own.outputFileId().orElseThrow();
      assertThat(ServerFixture.lines(owner, output)).hasSize(3);
      assertThatThrownBy(() -> stranger.files().content(output))
          .isInstanceOf(NotFoundException.class);
      assertThatThrownBy(() -> stranger.batches().retrieve(own.id()))
          .isInstanceOf(NotFoundException.class);
    }
  }

  private static String batch(OpenAIClient client, String input) {
    return ServerFixture.create(client, "/v1/chat/completions", input).id();
  }

  private static String error(Batch batch) {
    return batch.errors().orElseThrow().data().orElseThrow().stream()
        .map(error -> error.code() + " " + error.message() + " " + error.param())
        .toList()
        .toString()
        .replaceAll("file-[0-9A-Za-z]+", "ID")
        .replaceAll("project '?[ab]\\b'?", "project P");
  }

  @Test
  void whatIsWrongIsSaidInASentence() throws Exception {
    Path data = folder.resolve("data");

    assertSaysInThisProcess("does not exist", "list", "--data", text(data));
    assertSaysInThisProcess("does not exist", "revoke", "key_a", "--data", text(data));
    assertThat(data).doesNotExist();
    assertSaysInThisProcess("is not a data directory", "list", "--data", text(folder));
    assertSaysInThisProcess("--project is 'A'", "create", "--project", "A", "--data", text(data));
    assertSaysInThisProcess("--scope is 'all'", "create", "--scope", "all", "--data", text(data));
    assertSaysInThisProcess(
        "from 1 to", "create", "--requests-per-minute", "0", "--data", text(data));
    assertSaysInThisProcess("control character", "create", "--name", "a\nb", "--data", text(data));
    assertThat(data).doesNotExist();
    inThisProcess("create", "--data", text(data));
    assertSaysInThisProcess("no key with the id 'key_a'", "revoke", "key_a", "--data", text(data));
    assertSaysInThisProcess(
        "no key with the id 'sk-***'", "revoke", "sk-nj-secret", "--data", text(data));
    assertSaysInThisProcess("Missing required subcommand");
  }

  @Test
  @Tag("K6")
  void databaseOfAnOlderServerThatRunsIsLeftAsItIs() throws Exception {
    Path data = folder.resolve("data");
    keys("create", "--data", text(data));
    try (var _ = DataDirectory.open(data)) {
      Files.writeString(data.resolve("format"), "1");

      assertSays("is in use by process", "create", "--data", text(data));
      assertSays("is in use by process", "list", "--data", text(data));
      assertThat(data.resolve("format")).hasContent("1");
    }

    assertThat(keys("list", "--data", text(data))).hasLineCount(1);
    assertThat(data.resolve("format")).hasContent("3");
  }

  private void assertSays(String text, String... arguments) throws Exception {
    try (NightjarProcess process = start(arguments)) {
      assertThat(process.exitCode()).isEqualTo(1);
      assertThat(process.stderr()).contains(text).doesNotContain("\tat ");
      assertThat(process.stdout()).isEmpty();
    }
  }

  private static void assertSaysInThisProcess(String text, String... arguments) {
    Ran ran = Ran.nightjar(command(arguments));
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains(text).doesNotContain("\tat ");
    assertThat(ran.out()).isEmpty();
  }

  private static String inThisProcess(String... arguments) {
    Ran ran = Ran.nightjar(command(arguments));
    assertThat(ran.code()).as(ran.err()).isZero();
    return ran.out();
  }

  private static String[] command(String... arguments) {
    return Stream.concat(Stream.of("keys"), Stream.of(arguments)).toArray(String[]::new);
  }

  @Test
  void serverThatOthersCanReachNeedsAKeyOrToBeToldToBeOpen() throws Exception {
    Path data = folder.resolve("data");
    String[] serve = {
      "serve", "--host", "0.0.0.0", "--port", "0", "--upstream", "http://127.0.0.1:1/v1", "--data",
    };
    var arguments = new ArrayList<>(List.of(serve));
    arguments.add(text(data));
    try (var refused = NightjarProcess.start(folder, arguments.toArray(String[]::new))) {
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.stderr()).contains("nightjar keys create --data " + data, "--open");
    }

    String key = inThisProcess("create", "--data", text(data));
    try (var server = NightjarProcess.start(folder, arguments.toArray(String[]::new))) {
      int port = server.port();
      assertThat(status(port, "/v1/files", "")).isEqualTo(401);
      assertThat(status(port, "/metrics", "")).isEqualTo(401);
      assertThat(status(port, "/healthz/live", "")).isEqualTo(200);
      assertThat(status(port, "/v1/files", key)).isEqualTo(200);
      assertThat(status(port, "/metrics", key)).isEqualTo(200);
    }

    arguments.add("--open");
    try (var server = NightjarProcess.start(folder, arguments.toArray(String[]::new))) {
      int port = server.port();
      assertThat(status(port, "/v1/files", "")).isEqualTo(200);
      assertThat(status(port, "/v1/files", key)).isEqualTo(200);
      assertThat(status(port, "/v1/files", "sk-nj-wrong")).isEqualTo(401);
    }
  }

  private static int status(int port, String path, String key) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)));
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key.strip());
    }
    try (var client = HttpClient.newHttpClient()) {
      return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }
  }

  private OpenAIClient with(ServerFixture fixture, String key) {
    return fixture.client.withOptions(options -> options.apiKey(key.strip()));
  }

  private NightjarProcess start(String... arguments) throws Exception {
    return NightjarProcess.start(folder, command(arguments));
  }

  /** What it prints on standard output. */
  private String keys(String... arguments) throws Exception {
    try (NightjarProcess process = start(arguments)) {
      assertThat(process.exitCode()).as(process.stderr()).isZero();
      return process.stdout();
    }
  }

  private static String text(Path path) {
    return path.toString();
  }
}
