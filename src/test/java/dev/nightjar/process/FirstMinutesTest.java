package dev.nightjar.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.DeadPort;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Script;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong in the first five minutes is said in one clear sentence, by the real program. */
@Tag("server")
class FirstMinutesTest {
  private static final int WRONG = 1;
  private static final int SOME_FAILED = 2;
  private static final int KEY_REFUSED = 5;
  private static final int UNREACHABLE = 6;

  @TempDir Path folder;
  @AutoClose private final DeadPort nobody = new DeadPort();
  private Path input = Path.of("");
  private Path output = Path.of("");

  @BeforeEach
  void writeInput() throws IOException {
    input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 3, _ -> "");
    output = folder.resolve("out.jsonl");
  }

  @Test
  void upstreamThatIsDown() throws Exception {
    assertSays(
        UNREACHABLE,
        "connect",
        "run",
        input.toString(),
        "-o",
        output.toString(),
        "--upstream",
        nobody.url(),
        "--wait-for-upstream",
        "2s");
    assertThat(output).doesNotExist();
  }

  @Test
  void serverBeforeAnUpstreamThatIsDownWaitsAndSaysWhy() throws Exception {
    try (NightjarProcess server =
        start("serve", "--port", "0", "--data", data(), "--upstream", nobody.url())) {
      Batch batch = ServerFixture.create(server.client(), "/v1/chat/completions", input);
      long limit = System.nanoTime() + ServerFixture.LIMIT.toNanos();
      String extension = "";
      while (!extension.contains("connect") && System.nanoTime() < limit) {
        extension = get(server, "/v1/batches/" + batch.id());
        LockSupport.parkNanos(10_000_000L);
      }

      assertThat(extension).contains("reason").contains("connect");
      assertThat(server.stderr()).contains("its batches wait");
    }
  }

  @Test
  void wrongKey() throws Exception {
    try (SimServer sim = SimServer.start(SimOptions.defaults().withApiKey("right"))) {
      assertSays(
          KEY_REFUSED,
          "401",
          "run",
          input.toString(),
          "-o",
          output.toString(),
          "--upstream",
          sim.url(),
          "--api-key",
          "wrong");
    }
  }

  @ParameterizedTest
  @Tag("F1")
  @ValueSource(ints = {403, 429, 500, 503})
  void upstreamThatDoesNotTellItsModelsIsCalledAllTheSame(int status) throws Exception {
    Script script =
        peer -> {
          while (true) {
            boolean isLine = peer.readRequest().head().startsWith("POST");
            String body = isLine ? "{\"choices\":[]}" : "{\"error\":{}}";
            peer.send(
                "HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(isLine ? 200 : status, body.length(), body));
          }
        };
    try (var upstream = ScriptedServer.playing(script)) {
      String url = upstream.url("http", "/v1").toString();

      assertSays(
          0, "" + status, "run", input.toString(), "-o", output.toString(), "--upstream", url);
      assertThat(output).exists();
    }
  }

  @Test
  void unknownModel() throws Exception {
    SimOptions options = SimOptions.defaults().withModels(Set.of("gpt-5-mini", "qwen3"));
    try (SimServer sim = SimServer.start(options)) {
      assertSays(
          WRONG,
          "The provided model 'gpt-5' is not supported by the Batch API: no upstream has it."
              + " Nearest: gpt-5-mini, qwen3. An upstream that takes any name is one with 'models:"
              + " any' in the settings, or --any-model.",
          "run",
          input.toString(),
          "-o",
          output.toString(),
          "--upstream",
          sim.url());
    }
  }

  @Test
  void portTaken() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SimServer sim = SimServer.start(SimOptions.defaults())) {
      String port = Integer.toString(taken.getLocalPort());

      assertSays(WRONG, port, "serve", "--port", port, "--data", data(), "--upstream", sim.url());
    }
  }

  @Test
  void dataDirectoryLocked() throws Exception {
    try (SimServer sim = SimServer.start(SimOptions.defaults());
        NightjarProcess first =
            start("serve", "--port", "0", "--data", data(), "--upstream", sim.url())) {
      assertThat(first.port()).isPositive();

      assertSays(
          WRONG,
          "data directory %s is in use by process %d".formatted(data(), first.process.pid()),
          "serve",
          "--port",
          "0",
          "--data",
          data(),
          "--upstream",
          sim.url());
    }
  }

  @Test
  void inputNotFound() throws Exception {
    String missing = folder.resolve("missing.jsonl").toString();

    assertSays(
        WRONG, "input not found: " + missing, "run", missing, "-o", output.toString(), "--sim");
  }

  @Test
  void noUpstreamNamed() throws Exception {
    assertSays(WRONG, "name one with --upstream", "serve", "--port", "0", "--data", data());
  }

  @Test
  void hostThatIsNotLoopback() throws Exception {
    assertSays(
        WRONG,
        "--open",
        "serve",
        "--host",
        "0.0.0.0",
        "--port",
        "0",
        "--data",
        data(),
        "--upstream",
        "http://127.0.0.1:9000/v1");
  }

  @Test
  void inputThatIsWrongNamesItsLines() throws Exception {
    Files.writeString(input, "{\"custom_id\":\"a\"}\n\nnot json\n");

    String said =
        assertSays(
            WRONG,
            "line 3: This line is not parseable as valid JSON",
            "run",
            input.toString(),
            "-o",
            output.toString(),
            "--sim");

    assertThat(said).contains("line 1: Missing required parameter: 'url'.");
    assertThat(folder.resolve("out.jsonl.nightjar")).doesNotExist();
  }

  @Test
  void linesThatFailAreInAFileOfTheirOwn() throws Exception {
    ServerFixture.chatLines(input, 4, i -> i == 2 ? ",\"user\":\"sim:400\"" : "");

    assertSays(
        SOME_FAILED,
        "1 of 4 lines failed",
        "run",
        input.toString(),
        "-o",
        output.toString(),
        "--sim");

    assertThat(Files.readAllLines(output)).hasSize(3);
    assertThat(Files.readAllLines(folder.resolve("out.errors.jsonl")))
        .singleElement()
        .asString()
        .contains("\"custom_id\":\"row-2\"")
        .contains("\"status_code\":400");
  }

  @Test
  void inputThatChangedBetweenTwoRuns() throws Exception {
    try (SimServer sim = SimServer.start(SimOptions.defaults())) {
      sim.setDown(false);
      String[] command = {
        "run", input.toString(), "-o", output.toString(), "--upstream", sim.url(), "--timeout", "5m"
      };
      ServerFixture.chatLines(input, 3, _ -> ",\"user\":\"sim:hang\"");
      try (NightjarProcess run = start(command)) {
        long limit = System.nanoTime() + ServerFixture.LIMIT.toNanos();
        while (sim.counters().received() < 3 && System.nanoTime() < limit) {
          LockSupport.parkNanos(1_000_000L);
        }
        run.kill();
      }
      ServerFixture.chatLines(input, 4, _ -> "");

      assertSays(WRONG, "has changed since this run began", command);
    }
  }

  @Test
  void noJdk25() throws Exception {
    Process process =
        new ProcessBuilder(
                "bash", "-c", ". .mvn/jdk25.sh; is_jdk25() { false; }; find_jdk25; exit $?")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(said.lines()).singleElement().asString().contains("JDK 25 was not found");
  }

  /** Ends with the code, says the sentence on stderr, and shows no stack trace. */
  private String assertSays(int code, String sentence, String... arguments) throws Exception {
    try (NightjarProcess process = start(arguments)) {
      assertThat(process.exitCode()).as(process.stderr()).isEqualTo(code);
      assertThat(process.stderr()).contains(sentence).doesNotContain("\tat ");
      assertThat(process.stdout()).isEmpty();
      return process.stderr();
    }
  }

  private NightjarProcess start(String... arguments) throws IOException {
    return NightjarProcess.start(folder, arguments);
  }

  private static String get(NightjarProcess server, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    try (InputStream in = uri.toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String data() {
    return folder.resolve("data").toString();
  }
}
