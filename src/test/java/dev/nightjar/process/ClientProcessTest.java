package dev.nightjar.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.DeadPort;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as processes: signals, a server that goes away, and exit codes. */
@Tag("server")
class ClientProcessTest {
  private static final int KEY_REFUSED = 5;
  private static final int UNREACHABLE = 6;
  private static final int TIMEOUT = 124;
  private static final int INTERRUPTED = 130;
  private static final String HANGS = ",\"user\":\"sim:hang\"";

  @TempDir Path folder;

  private NightjarProcess start(String url, String... arguments) throws IOException {
    var all = new String[arguments.length + 2];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--base-url";
    all[arguments.length + 1] = url;
    return NightjarProcess.start(folder, all);
  }

  private NightjarProcess serve(SimServer sim, int port) throws IOException {
    return NightjarProcess.start(
        folder,
        "serve",
        "--port",
        Integer.toString(port),
        "--data",
        folder.resolve("data").toString(),
        "--upstream",
        sim.url());
  }

  private static String url(int port) {
    return "http://127.0.0.1:%d/v1".formatted(port);
  }

  private static void awaitSaid(NightjarProcess process, String text) {
    ServerFixture.awaitThat(() -> said(process).contains(text) || !process.process.isAlive());
    assertThat(said(process)).contains(text);
  }

  private static String said(NightjarProcess process) {
    try {
      return process.stderr();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void watchSurvivesARestartOfTheServer() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 3, _ -> "");
    try (SimServer sim = SimServer.start(ServerFixture.sim())) {
      sim.setDown(true);
      NightjarProcess server = serve(sim, 0);
      int port = server.port();
      String batch;
      NightjarProcess watch;
      try (server) {
        batch = ServerFixture.create(server.client(), "/v1/chat/completions", input).id();
        watch = start(url(port), "batches", "watch", batch);
        awaitSaid(watch, batch + " is ");
        server.kill();
      }
      try (watch) {
        awaitSaid(watch, "cannot be reached: connection refused; asking until it answers");
        sim.setDown(false);
        try (NightjarProcess again = serve(sim, port)) {
          assertThat(watch.exitCode()).as(watch.stderr()).isZero();
          assertThat(again.process.isAlive()).isTrue();
        }
        assertThat(watch.stderr())
            .contains("the server answers again", batch + " completed: 3 of 3 done, 0 failed")
            .containsOnlyOnce("asking until it answers")
            .doesNotContain("\tat ");
        assertThat(Json.read(watch.stdout()).path("status").asString()).isEqualTo("completed");
      }
    }
  }

  @Test
  void interruptDetachesAndTheBatchGoesOn() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 2, _ -> HANGS);
    try (var fixture = ServerFixture.start(folder.resolve("data"), ServerFixture.sim())) {
      String url = url(fixture.server.port());
      String id = fixture.create("/v1/chat/completions", input).id();
      try (NightjarProcess watch =
          NightjarProcess.startInterruptible(folder, "batches", "watch", id, "--base-url", url)) {
        awaitSaid(watch, id + " is ");

        watch.interrupt();

        assertThat(watch.exitCode()).isEqualTo(INTERRUPTED);
        assertThat(watch.stderr())
            .contains("detached; %s goes on.".formatted(id), "nightjar batches cancel " + id);
        assertThat(watch.stdout()).isEmpty();
        assertThat(fixture.client.batches().retrieve(id).status().asString())
            .isEqualTo("in_progress");
      }
    }
  }

  @Test
  void waitEndsAtItsLimitAlsoWhenTheServerIsSilent() throws Exception {
    try (var silent = ScriptedServer.playing(ScriptedServer.Peer::awaitClose);
        NightjarProcess wait =
            start(
                silent.url("http", "/v1").toString(), "batches", "wait", "b", "--timeout", "1s")) {
      assertThat(wait.exitCode()).isEqualTo(TIMEOUT);
      assertThat(wait.stderr()).contains("b has not ended within 1.0s");
      assertThat(wait.stdout()).isEmpty();
    }
  }

  @Test
  void refusedKeyAndUnreachableServerHaveTheirOwnCodes() throws Exception {
    String error = "{\"error\":{\"message\":\"Wrong key.\"}}";
    String answer =
        "HTTP/1.1 401 x\r\nContent-Length: %d\r\n\r\n%s".formatted(error.length(), error);
    try (var refusing = ScriptedServer.playing(ScriptedServer.always(answer));
        NightjarProcess refused = start(refusing.url("http", "/v1").toString(), "files", "list");
        var nobody = new DeadPort();
        NightjarProcess unreachable = start(nobody.url(), "batches", "watch", "b")) {
      assertThat(refused.exitCode()).as(refused.stderr()).isEqualTo(KEY_REFUSED);
      assertThat(refused.stderr()).startsWith("nightjar: Wrong key. (").hasLineCount(1);
      assertThat(unreachable.exitCode()).as(unreachable.stderr()).isEqualTo(UNREACHABLE);
      assertThat(unreachable.stderr()).contains("connection refused").hasLineCount(1);
    }
  }
}
