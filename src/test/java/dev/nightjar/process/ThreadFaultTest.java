package dev.nightjar.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.FaultAt;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An error in each thread of the real program in turn: the process ends, or the work goes on; never
 * in between.
 */
@Tag("server")
@Tag("K2")
@Order(1)
class ThreadFaultTest {
  private static final int LINES = 40;
  private static final int END_SECONDS = 5;

  private static final List<String> ERRORS = List.of("memory", "stack", "heap", "assertion");
  private static final String WORKS = "goes on";

  @TempDir Path folder;
  private SimServer sim;

  @BeforeEach
  void start() {
    sim = SimServer.start(ServerFixture.sim());
  }

  @AfterEach
  void stop() {
    sim.close();
  }

  @Test
  void everySiteIsThere() throws ClassNotFoundException {
    for (Method test : ThreadFaultTest.class.getDeclaredMethods()) {
      CsvSource sites = test.getAnnotation(CsvSource.class);
      for (String site : sites == null ? new String[0] : sites.value()) {
        String[] parts = site.split("[#,]", -1);
        assertThat(Class.forName("dev.nightjar." + parts[0]).getDeclaredMethods())
            .extracting(Method::getName)
            .contains(parts[1]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "engine.core.Engine#step, heap",
    "store.journal.JournalAnswerLog#append, memory",
    "engine.ChunkSealer#seal, stack",
    "engine.ChunkLoader#claim, assertion",
  })
  void errorInAThreadEndsTheProcessOrTheWorkGoesOn(String site, String error) throws Exception {
    check(site, error);
  }

  @ParameterizedTest(name = "{0}")
  @Tag("full")
  @CsvSource({
    "engine.core.Engine#step",
    "engine.EngineThread#take",
    "engine.BatchEngine#handOut",
    "engine.EffectWork#finish",
    "engine.Caller#attempt",
    "engine.ChunkLoader#claim",
    "engine.ChunkSealer#seal",
    "engine.Committer#commit",
    "engine.DiskWatch#look",
    "engine.ModelCatalog#ask",
    "engine.Pictures#takeNow",
    "engine.Traces#look",
    "validation.Validator#advance",
    "http.exchange.Exchange#filter",
    "http.HealthRoutes#send",
    "http.ListenerCheck#look",
    "net.ConnectionGuard#accept",
    "net.ConnectionGuard#isClosed",
    "process.Loop#run",
    "store.journal.JournalAnswerLog#append",
    "store.sqlite.Database#commit",
    "store.sqlite.Database#inSavepoint",
    "store.sql.Sql#one",
    "upstream.HttpCall#execute",
    "upstream.RunningCalls#stopLate",
    "webhook.Deliverer#turn",
    "webhook.Sender#send",
    "Pulse#look",
  })
  void errorInEveryThreadEndsTheProcessOrTheWorkGoesOn(String site) throws Exception {
    if (Boolean.getBoolean("nightjar.everyError")) {
      for (String error : ERRORS) {
        check(site, error);
      }
    } else {
      check(site, ERRORS.get(Math.floorMod(site.hashCode(), ERRORS.size())));
    }
  }

  @ParameterizedTest
  @CsvSource({"run.LocalRun#watch, memory", "engine.ChunkSealer#seal, stack"})
  void runThatCannotGoOnEndsWith70AndTheSameCommandGoesOn(String site, String error)
      throws Exception {
    FaultAt fault = FaultAt.prepare(folder, "dev.nightjar." + site);
    fault.arm(error);
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    Path output = folder.resolve("out.jsonl");
    String[] command = {"run", input.toString(), "-o", output.toString(), "--upstream", sim.url()};
    String classPath = fault.before(System.getProperty("java.class.path"));

    try (var run = NightjarProcess.start(folder, fault.options(), classPath, command)) {
      assertThat(run.exitCode()).as(run.stderr()).isEqualTo(70);
    }
    try (var run = NightjarProcess.start(folder, command)) {
      assertThat(run.exitCode()).as(run.stderr()).isZero();
    }

    assertThat(output).content().hasLineCount(LINES);
  }

  private void check(String site, String error) throws Exception {
    Path own = Files.createTempDirectory(folder, error);
    FaultAt fault = FaultAt.prepare(own, "dev.nightjar." + site);
    Path input = ServerFixture.chatLines(own.resolve("in.jsonl"), LINES, _ -> "");
    boolean isAtStart = site.startsWith("process.Loop") || site.startsWith("engine.ModelCatalog");
    if (isAtStart) {
      fault.arm(error);
    }
    try (NightjarProcess server = serve(fault, own)) {
      CompletableFuture<Long> end = server.process.onExit().thenApply(_ -> System.nanoTime());
      if (!isAtStart) {
        server.port();
        fault.arm(error);
      }
      provoke(server, input);
      ServerFixture.awaitThat(fault::hasHappened);
      long happened = System.nanoTime();
      String became = endOrWork(server, input);
      System.err.printf("%s, %s: %s%n", site, error, became);
      if (became.equals(WORKS)) {
        boolean isOfTheRequest = error.equals("stack") && site.startsWith("http.");
        assertThat(!error.equals("assertion") && !isOfTheRequest)
            .as("it has to end: " + server.stderr())
            .isFalse();
      } else {
        assertThat(end.get(1, TimeUnit.MINUTES) - happened)
            .isLessThan(TimeUnit.SECONDS.toNanos(END_SECONDS));
      }
    }
  }

  private static String endOrWork(NightjarProcess server, Path input) throws Exception {
    try {
      assertWorks(server, input);
      return WORKS;
    } catch (IOException | RuntimeException | AssertionError e) {
      if (!server.process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("it neither ends nor works: " + server.stderr(), e);
      }
      assertThat(server.process.exitValue()).as(server.stderr()).isIn(70, 3);
      return "ends with " + server.process.exitValue();
    }
  }

  /** As the launcher starts it. */
  private NightjarProcess serve(FaultAt fault, Path own) throws IOException {
    var options = new ArrayList<>(fault.options());
    options.add("-Xmx96m");
    options.add("-XX:+ExitOnOutOfMemoryError");
    String classPath = fault.before(System.getProperty("java.class.path"));
    Path config = own.resolve("nightjar.yaml");
    Files.writeString(config, "webhooks:\n  allow_private: [127.0.0.1]\n");
    String[] command = {
      "serve",
      "--config",
      config.toString(),
      "--port",
      "0",
      "--data",
      own.resolve("data").toString(),
      "--upstream",
      sim.url()
    };
    return NightjarProcess.start(own, options, classPath, command);
  }

  /** Work for every thread; it may come to nothing. */
  private void provoke(NightjarProcess server, Path input) {
    try {
      var hook = URI.create("http://127.0.0.1:%d/v1/webhook_endpoints".formatted(server.port()));
      var connection = (HttpURLConnection) hook.toURL().openConnection();
      connection.setDoOutput(true);
      connection
          .getOutputStream()
          .write("{\"url\":\"http://127.0.0.1:%d/\"}".formatted(sim.port()).getBytes(UTF_8));
      connection.getResponseCode();
      ServerFixture.create(server.client(), "/v1/chat/completions", input);
      status(server, "/healthz/ready");
      status(server, "/v1/models");
    } catch (IOException | RuntimeException | AssertionError e) {
      System.err.println("provoked: " + e);
    }
  }

  private static void assertWorks(NightjarProcess server, Path input) throws IOException {
    String id = ServerFixture.create(server.client(), "/v1/chat/completions", input).id();
    for (Batch batch : server.client().batches().list().items()) {
      Batch ended = ServerFixture.await(server.client(), batch.id());
      assertThat(ended.status())
          .as(server.stderr())
          .isIn(Batch.Status.COMPLETED, Batch.Status.FAILED);
      if (ended.id().equals(id)) {
        assertThat(ended.requestCounts().orElseThrow().completed()).isEqualTo(LINES);
      }
    }
    assertThat(status(server, "/healthz/live")).isEqualTo(200);
    assertThat(status(server, "/healthz/ready")).isEqualTo(200);
  }

  private static int status(NightjarProcess server, String path) throws IOException {
    var url = URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path)).toURL();
    var connection = (HttpURLConnection) url.openConnection();
    try {
      connection.setReadTimeout(10_000);
      return connection.getResponseCode();
    } finally {
      connection.disconnect();
    }
  }
}
