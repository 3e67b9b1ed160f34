package dev.nightjar.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.Ran;
import dev.nightjar.config.Settings;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.engine.trace.Trace;
import dev.nightjar.engine.trace.TraceFiles;
import dev.nightjar.file.Bytes;
import dev.nightjar.sim.ErrorRates;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.FaultAt;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces of real servers: taken while they run and when they cannot go on, and replayed. */
@Tag("server")
class TraceTest {
  private static final int LINES = Integer.getInteger("trace.lines", 2_000);
  private static final String PROMPT = "the-prompt-that-nobody-may-see";
  private static final String KEY = "sk-the-key-that-nobody-may-see";

  @TempDir Path folder;

  private static Path trace(Path data) {
    Ran ran = Ran.nightjar("debug", "trace", "--data", data.toString());
    assertThat(ran.code()).as(ran.err()).isZero();
    return Path.of(ran.out().strip());
  }

  private static Ran replay(Path trace, String... arguments) {
    var all = new ArrayList<>(List.of("debug", "replay", trace.toString()));
    all.addAll(List.of(arguments));
    return Ran.nightjar(all.toArray(String[]::new));
  }

  private static Trace read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Trace.read(in);
    }
  }

  /** All that is in it, as far as it is text. */
  private static String text(Trace trace) {
    return latin(trace.state()) + latin(trace.events()) + trace.failure();
  }

  private static String latin(Bytes bytes) {
    return new String(bytes.array(), bytes.offset(), bytes.length(), StandardCharsets.ISO_8859_1);
  }

  private Settings settings(SimServer sim) {
    var upstream = new UpstreamSettings("sim", sim.url(), KEY, Set.of(), 64);
    return ServerFixture.settings(folder.resolve("data"), upstream);
  }

  @Test
  void traceOfARunWithFaultsReplaysToTheSameEffectsAndHoldsNoPromptAnswerOrKey() throws Exception {
    Path input =
        ServerFixture.chatLines(
            folder.resolve("in.jsonl"), LINES, _ -> ",\"user\":\"" + PROMPT + "\"");
    SimOptions faults =
        ServerFixture.sim()
            .withApiKey(KEY)
            .withErrors(ErrorRates.parse("10%"))
            .withModels(Set.of("gpt-5", "gpt-5-mini", "o3", "o4", "other"));
    SimServer sim = SimServer.start(faults);
    try (var fixture = ServerFixture.start(sim, settings(sim))) {
      String id = fixture.create("/v1/chat/completions", input).id();
      ServerFixture.awaitThat(() -> completed(fixture, id) > LINES / 4);
      Path middle = trace(folder.resolve("data"));
      Batch batch = fixture.await(id);
      Path end = trace(folder.resolve("data"));

      assertThat(batch.requestCounts().orElseThrow().total()).isEqualTo(LINES);
      for (Path file : List.of(middle, end)) {
        Ran replayed = replay(file, "--steps", "0");
        assertThat(replayed.code()).as(replayed.err()).isZero();
        assertThat(replayed.err()).contains("each with the effects that it had then");
      }
      try (var other =
          NightjarProcess.start(folder, "debug", "replay", end.toString(), "--steps", "0")) {
        assertThat(other.exitCode()).as(other.stderr()).isZero();
      }
      assertThat(read(end).steps()).isGreaterThan(LINES);
      String answer =
          Json.read(fixture.lines(batch.outputFileId().orElseThrow()).getFirst())
              .at("/response/body/choices/0/message/content")
              .asString();
      assertThat(answer).isNotBlank();
      assertThat(text(read(middle)) + text(read(end)))
          .contains("gpt-5") // A model's name is no secret; and so it is known that this is text.
          .doesNotContain(PROMPT, KEY, "Question ", "row-", answer);
    }
  }

  private static long completed(ServerFixture fixture, String id) {
    return fixture.client.batches().retrieve(id).requestCounts().orElseThrow().completed();
  }

  @Test
  void replayPrintsEventsEffectsAndWhatIsHeld() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 20, _ -> "");
    try (var fixture = ServerFixture.start(folder.resolve("data"), ServerFixture.sim())) {
      fixture.await(fixture.create("/v1/chat/completions", input).id());
      Path file = trace(folder.resolve("data"));

      Ran all = replay(file);
      Ran some = replay(file, "--from", "2", "--steps", "3");

      assertThat(all.out())
          .contains("1 at ", "Claimed[batch=1, chunks=[1/0", "wants Send[", "wants Seal[")
          .contains("of 256 calls to sim", "lines that wait");
      assertThat(some.out().lines().filter(line -> !line.startsWith("  ")))
          .hasSize(3)
          .allMatch(line -> line.matches("[234] at .*"));
    }
  }

  @Test
  void processThatCannotGoOnLeavesATraceWhoseLastStepIsTheOneThatFailed() throws Exception {
    FaultAt fault = FaultAt.prepare(folder, "dev.nightjar.engine.core.LineLife#ended");
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 200, _ -> "");
    Path data = folder.resolve("data");
    String classPath = fault.before(System.getProperty("java.class.path"));
    try (SimServer sim = SimServer.start(ServerFixture.sim());
        var server =
            NightjarProcess.start(
                folder,
                fault.options(),
                classPath,
                "serve",
                "--port",
                "0",
                "--data",
                data.toString(),
                "--upstream",
                sim.url())) {
      server.port();
      fault.arm("assertion");
      ServerFixture.create(server.client(), "/v1/chat/completions", input);

      assertThat(server.exitCode()).as(server.stderr()).isEqualTo(70);
    }

    Path file = new TraceFiles(data).all().getLast();
    Trace trace = read(file);
    Ran replayed = replay(file, "--from", String.valueOf(trace.steps()));

    assertThat(trace.failure())
        .contains("thrown by the test", "dev.nightjar.engine.core.LineLife.ended");
    assertThat(replayed.out()).contains("%d at ".formatted(trace.steps()), "Ended[line=");
    assertThat(replayed.err())
        .contains("it did not come to its end then")
        .contains("step %,d is".formatted(trace.steps()));
    assertThat(replayed.code()).isEqualTo(2);
  }

  @Test
  void mistakesAreOneSentence() throws Exception {
    Path data = folder.resolve("data");
    ServerFixture.start(data, ServerFixture.sim()).close();
    Path text = Files.writeString(folder.resolve("text"), "something else");

    assertSays(replay(text), "text cannot be replayed: it is not a trace of nightjar");
    assertSays(replay(folder.resolve("none")), "none");
    assertSays(Ran.nightjar("debug", "trace", "--data", text.toString()), "not a data directory");
  }

  private static void assertSays(Ran ran, String sentence) {
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains(sentence).doesNotContain("\tat ").hasLineCount(1);
  }
}
