package dev.nightjar.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.Ran;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.cost.Price;
import dev.nightjar.store.BatchStore.BeginTerms;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.Samples;
import dev.nightjar.terminal.Shells;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ServerFixture;
import dev.nightjar.testing.TestStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The everyday commands before a real server: what they print where, and their exit codes. */
@Tag("server")
class ClientCommandsTest {
  private static final int WRONG = 1;
  private static final int SOME_FAILED = 2;
  private static final int CANCELLED = 4;
  private static final int TIMEOUT = 124;

  @TempDir private static Path data;
  private static ServerFixture fixture;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    fixture = ServerFixture.start(data, ServerFixture.sim());
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static Ran run(String... arguments) {
    return run(false, arguments);
  }

  private static Ran run(boolean isTerminal, String... arguments) {
    String url = "http://127.0.0.1:%d/v1".formatted(fixture.server.port());
    return Ran.nightjar(Map.of("OPENAI_BASE_URL", url), isTerminal, arguments);
  }

  private String lines(int count, String extra) throws IOException {
    return ServerFixture.chatLines(folder.resolve("in.jsonl"), count, i -> i == 0 ? extra : "")
        .toString();
  }

  static List<String> commands() {
    var names = new ArrayList<String>();
    CommandLine root = Ran.commandLine(new Shells().shell());
    root.getSubcommands()
        .forEach((name, command) -> {
          if (!name.equals("help")) {
            names.add(name);
          }
          command.getSubcommands().keySet().forEach(sub -> names.add(name + " " + sub));
        });
    return names;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpAndRefusesWhatItDoesNotKnow(String name) {
    Ran help = run((name + " --help").split(" ", -1));
    Ran unknown = run((name + " --unknown").split(" ", -1));

    assertThat(help.code()).isZero();
    assertThat(help.out()).startsWith("Usage: nightjar " + name);
    assertThat(help.err()).isEmpty();
    assertThat(unknown.code()).isEqualTo(WRONG);
    assertThat(unknown.err())
        .startsWith("nightjar: ")
        .endsWith("\nnightjar: see nightjar %s --help\n".formatted(name))
        .hasLineCount(2);
    assertThat(unknown.out()).isEmpty();
  }

  @Test
  @Tag("G1")
  void usageErrorIsOneSentenceAndOneHint() {
    assertThat(run("serv", "--port").err())
        .isEqualTo(
            """
            nightjar: Unmatched arguments from index 0: 'serv', '--port'; did you mean serve?
            nightjar: see nightjar --help
            """);
    assertThat(run("run", "in.jsonl", "-o", "out.jsonl", "--upstraem", "http://x").err())
        .startsWith("nightjar: Unknown option")
        .contains("did you mean --upstream")
        .endsWith("\nnightjar: see nightjar run --help\n")
        .hasLineCount(2);
    assertThat(run("help", "run").out()).startsWith("Usage: nightjar run");
  }

  @Test
  void webhookEndpointIsCreatedUsedAndDeleted() throws IOException {
    String answer = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
    try (var receiver = ScriptedServer.playing(ScriptedServer.always(answer))) {
      String url = receiver.url("http", "/hook").toString();

      Ran created = run("webhooks", "create", url, "--event", "batch.failed", "--name", "mine");
      String id = created.id();
      assertThat(created.json().at("/event_types/0").asString()).isEqualTo("batch.failed");
      assertThat(created.json().path("signing_secret").asString()).startsWith("whsec_");
      assertThat(run("webhooks", "list").json().path("name").asString()).isEqualTo("mine");
      assertThat(run(true, "webhooks", "list").out())
          .contains(id)
          .contains("enabled")
          .contains(url);
      assertThat(run(true, "webhooks", "rotate", id, "--keep-old", "60").out())
          .contains("SECRET")
          .contains("whsec_");
      assertThat(run("webhooks", "rotate", id, "--keep-old", "86401").code()).isEqualTo(WRONG);

      Path bad = Files.writeString(folder.resolve("bad.jsonl"), "{}\n");
      run("batches", "create", bad.toString(), "--endpoint", "/v1/chat/completions", "--wait");
      ServerFixture.awaitThat(() -> !receiver.received().isEmpty());
      Ran deliveries = run("webhooks", "deliveries", id);
      assertThat(deliveries.json().path("type").asString()).isEqualTo("batch.failed");
      assertThat(run(true, "webhooks", "deliveries", id).out()).contains("pending");
      assertThat(run("webhooks", "replay", deliveries.id()).id()).isEqualTo(deliveries.id());

      assertThat(run("webhooks", "enable", id).json().at("/nightjar/status").asString())
          .isEqualTo("enabled");
      assertThat(run("webhooks", "delete", id).json().path("deleted").asBoolean()).isTrue();
      assertThat(run("webhooks", "delete", id).code()).isEqualTo(WRONG);
      assertThat(run("webhooks", "list").out()).isEmpty();
    }
  }

  /** Its 10,000 documents have 500 input and 200 output tokens each. */
  @Test
  void costOfTheGuidesExampleIsShown() throws IOException {
    Batch batch;
    try (var stores = TestStores.open(data.resolve("meta.db"))) {
      batch = Samples.validating(stores, "batch_guide");
      stores
          .batches()
          .begin(
              batch.sequence(),
              Samples.validated(batch, 1),
              new BeginTerms(Price.parse("USD 1.25 0.125 10 0.5"), 0, null));
      ChunkId chunk = stores.chunks().claim(batch.sequence(), 1).getFirst().id();
      stores.chunks().seal(new Seal(chunk, 1, 7, 0, 10, 0, new Usage(5_000_000, 0, 2_000_000, 0)));
    }

    String cost = "{\"currency\":\"USD\",\"standard\":26.25,\"batch\":13.125,\"saved\":13.125}";
    assertThat(run("batches", "get", "batch_guide").json().at("/nightjar/cost").toString())
        .isEqualTo(cost);
    assertThat(run(true, "batches", "get", "batch_guide").out())
        .containsPattern("nightjar.cost.standard +26.25\n")
        .containsPattern("nightjar.cost.batch +13.125\n");
    assertThat(run("usage", "--days", "1").out()).contains("\"cost\":" + cost);
    assertThat(run(true, "usage").out())
        .containsPattern("DAY +PROJECT +MODEL +REQUESTS +INPUT +CACHED +OUTPUT +COST +SAVED\n")
        .containsPattern("default +llama +10 +5,000,000 +0 +2,000,000 +13.1250 USD +13.1250 USD\n");
    assertThat(run("usage", "--days", "32").code()).isEqualTo(WRONG);
    assertThat(run("quota").json().at("/monthly_budget/spent").decimalValue())
        .isEqualByComparingTo("13.125");
    assertThat(run(true, "quota").out())
        .containsPattern("spent this month +13.1250 USD of any amount\n");
  }

  @Test
  void fileGoesUpAndComesBack() throws IOException {
    String in = lines(3, "");
    Path out = folder.resolve("out.jsonl");

    Ran uploaded = run("files", "upload", in, "--expires-after", "7d");
    String id = uploaded.id();
    assertThat(uploaded.json().path("expires_at").asLong())
        .isEqualTo(uploaded.json().path("created_at").asLong() + 7 * 86_400);
    assertThat(run("files", "get", id).out()).isEqualTo(uploaded.out());
    assertThat(run("files", "list", "--purpose", "batch", "--limit", "1").out())
        .isEqualTo(uploaded.out());
    assertThat(run("files", "content", id).out()).isEqualTo(Files.readString(Path.of(in)));
    assertThat(run("files", "content", id, "-o", out.toString()).out()).isEmpty();
    assertThat(out).hasSameBinaryContentAs(Path.of(in));
    assertThat(run(true, "files", "get", id).out())
        .matches("(?s)ID +BYTES  PURPOSE .*\\n" + id + " +\\d+ B  batch .*in\\.jsonl\\n");

    assertThat(run("files", "estimate", id).json().path("requests").asLong()).isEqualTo(3);
    assertThat(run(true, "files", "estimate", id).out()).containsPattern("gpt-5 +3 +\\d+ ");

    Ran deleted = run("files", "delete", id, id);

    assertThat(deleted.code()).as("the second is gone").isEqualTo(WRONG);
    assertThat(deleted.json().path("deleted").asBoolean()).isTrue();
    assertThat(deleted.err()).isEqualTo("nightjar: No such File object: %s\n".formatted(id));
  }

  @Test
  void standardInputGoesUp() {
    Ran uploaded = run("files", "upload", "-");

    assertThat(run("files", "content", uploaded.id()).out())
        .isEqualTo("{\"custom_id\":\"stdin\"}\n");
  }

  @Test
  void listGoesOnOverPages() {
    String file = run("files", "upload", "-").id();
    String[] create = {
      "batches", "create", file, "--endpoint", "/v1/embeddings", "--metadata", "of=pages"
    };
    List<String> ids = Stream.generate(() -> run(create).id()).limit(103).toList();

    Ran listed = run("batches", "list", "--metadata", "of=pages", "--limit", "102");

    assertThat(listed.out().lines().map(line -> Json.read(line).path("id").asString()))
        .containsExactlyElementsOf(ids.reversed().subList(0, 102));
  }

  @Test
  void batchOfAPathIsMadeAwaitedAndBroughtBack() throws IOException {
    String in = lines(3, "");
    Path out = folder.resolve("out.jsonl");

    Ran created = run("batches", "create", in, "--metadata", "team=evals", "--window", "2d");
    assertThat(created.json().path("endpoint").asString()).isEqualTo("/v1/chat/completions");
    assertThat(created.json().path("completion_window").asString()).isEqualTo("2d");
    Ran ended = run("batches", "wait", created.id());
    Ran results = run("batches", "results", created.id(), "-o", out.toString());

    assertThat(ended.code()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.json().path("status").asString()).isEqualTo("completed");
    assertThat(run("batches", "get", created.id()).out()).isEqualTo(ended.out());
    assertThat(
            run(
                    "batches",
                    "list",
                    "--status",
                    "completed",
                    "--model",
                    "gpt-5",
                    "--created-after",
                    "2026-11-01",
                    "--metadata",
                    "team=evals")
                .out())
        .isEqualTo(ended.out());
    assertThat(results.code()).isZero();
    assertThat(results.out()).isEmpty();
    assertThat(ServerFixture.customIds(Files.readAllLines(out).stream()))
        .containsExactly("row-0", "row-1", "row-2");
    assertThat(folder.resolve("out.errors.jsonl")).doesNotExist();
  }

  @Test
  void rowsThatFailAreInAFileOfTheirOwnAndInTheExitCode() throws IOException {
    String in = lines(3, ",\"user\":\"sim:400\"");

    Ran ended = run("batches", "create", in, "--wait");
    Ran results = run("batches", "results", ended.id(), "-o", folder.resolve("o").toString());

    assertThat(ended.code()).isEqualTo(SOME_FAILED);
    assertThat(ended.err()).contains("completed: 3 of 3 done, 1 failed");
    assertThat(run("batches", "watch", ended.id()).code()).isEqualTo(SOME_FAILED);
    assertThat(results.code()).isZero();
    assertThat(Files.readAllLines(folder.resolve("o"))).hasSize(2);
    assertThat(Files.readAllLines(folder.resolve("o.errors.jsonl"))).hasSize(1);
  }

  @Test
  void inputThatIsNotValidIsExplainedLineByLine() throws IOException {
    Path in = Files.writeString(folder.resolve("in.jsonl"), "{\"url\":\"/v1/embeddings\"}\n{\n");

    Ran ended = run("batches", "create", in.toString(), "--wait");
    Ran validated = run("files", "validate", in.toString());
    Ran results = run("batches", "results", ended.id(), "-o", folder.resolve("o").toString());

    assertThat(ended.code()).isEqualTo(WRONG);
    assertThat(ended.json().path("status").asString()).isEqualTo("failed");
    List<String> problems =
        validated.out().lines().filter(line -> line.startsWith("line")).toList();
    assertThat(problems).hasSize(4).last().asString().startsWith("line 2, column 2: ");
    assertThat(ended.err().lines().filter(line -> line.startsWith("nightjar: line")))
        .as("as the server says it, so it is said before the upload")
        .containsExactlyElementsOf(problems.stream().map(line -> "nightjar: " + line).toList());
    assertThat(results.code()).isEqualTo(WRONG);
    assertThat(results.err()).contains("its input is not valid", "line 2, column 2: ");
  }

  @Test
  void waitingHasALimitAndCancellingEndsTheBatch() throws IOException {
    String in = lines(2, ",\"user\":\"sim:hang\"");
    String id = run("batches", "create", in).id();

    Ran late = run("batches", "wait", id, "--timeout", "300ms");
    Ran early = run("batches", "results", id, "-o", folder.resolve("o").toString());
    Ran cancelled = run("batches", "cancel", id, "--wait");

    assertThat(late.code()).isEqualTo(TIMEOUT);
    assertThat(late.err()).contains("has not ended within 0.3s; it goes on");
    assertThat(early.code()).isEqualTo(WRONG);
    assertThat(early.err()).contains("it has results when it has ended");
    assertThat(folder.resolve("o")).doesNotExist();
    assertThat(cancelled.code()).isZero();
    assertThat(cancelled.json().path("status").asString()).isEqualTo("cancelled");
    assertThat(run("batches", "wait", id).code()).isEqualTo(CANCELLED);
    assertThat(run("batches", "cancel", id).code()).as("once more").isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "batches get batch_none | No batch found with id 'batch_none'.",
        "batches wait batch_none | No batch found with id 'batch_none'.",
        "batches create none.jsonl | there is no file none.jsonl, and it is not a file's id",
        "batches list --status odd | Invalid value: 'odd'.",
        "batches list --created-after soon | --created-after is 'soon'",
        "batches wait b --timeout soon | --timeout is 'soon'",
        "files content file-none | No such File object: file-none",
        "files upload none.jsonl | there is no file none.jsonl",
        "files list --base-url nowhere | the base URL 'nowhere' is not one such as",
        "files split none.jsonl --lines 5 | there is no file none.jsonl"
      })
  void whatIsWrongIsOneSentence(String command, String sentence) {
    Ran ran = run(command.split(" ", -1));

    assertThat(ran.code()).isEqualTo(WRONG);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).startsWith("nightjar: " + sentence).hasLineCount(1);
  }

  @Test
  void completionIsAScriptForBash() throws Exception {
    Path script = Files.writeString(folder.resolve("nightjar.bash"), run("completion").out());

    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source %s; COMP_WORDS=(nightjar batches wa); COMP_CWORD=2;".formatted(script)
                    + " _complete_nightjar; echo \"${COMPREPLY[@]}\"")
            .start();

    assertThat(new String(bash.getInputStream().readAllBytes(), UTF_8).strip())
        .isEqualTo("wait watch");
  }
}
