package dev.nightjar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.cli.data.BackupCommand;
import dev.nightjar.sim.SimServer;
import dev.nightjar.terminal.Shells;
import dev.nightjar.testing.BrokenPage;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A database with a page that is none. */
@Tag("server")
@Tag("K6")
class DatabaseDamageTest {
  @TempDir Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private RunningServer start(SimServer sim) {
    return RunningServer.start(ServerFixture.settings(data(), sim.url(), 4));
  }

  private static HttpResponse<String> get(int port, String path) {
    var uri = URI.create("http://127.0.0.1:%d%s".formatted(port, path));
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void serverOnADamagedDatabaseIsAliveAndNotReadyAndSaysWhatToDo() throws Exception {
    try (SimServer sim = SimServer.start(ServerFixture.sim())) {
      start(sim).stop();
      BrokenPage.write(data().resolve("meta.db"), "ledger_by_day");

      try (RunningServer server = start(sim)) {
        ServerFixture.awaitThat(() -> get(server.port(), "/healthz/ready").statusCode() == 503);

        assertThat(get(server.port(), "/healthz/ready").body())
            .contains("the database is damaged", "restore a backup");
        assertThat(get(server.port(), "/healthz/live").statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void damagedDatabaseIsNotBackedUp() throws Exception {
    try (SimServer sim = SimServer.start(ServerFixture.sim())) {
      start(sim).stop();
    }
    BrokenPage.write(data().resolve("meta.db"), "ledger_by_day");
    var shells = new Shells();
    int code =
        new CommandLine(new BackupCommand(shells.shell()))
            .execute("--data=" + data(), "" + folder.resolve("copy"));

    assertThat(code).isEqualTo(2);
    assertThat(shells.err()).contains("the database is damaged");
    assertThat(folder.resolve("copy")).doesNotExist();
  }

  @Test
  void killedServerIsReadyAgainOnceItsDatabaseIsChecked() throws Exception {
    try (SimServer sim = SimServer.start(ServerFixture.sim())) {
      String[] serve = {
        "serve", "--port", "0", "--data", data().toString(), "--upstream", sim.url()
      };
      try (NightjarProcess server = NightjarProcess.start(folder, serve)) {
        server.port();
        server.kill();
      }
      try (NightjarProcess server = NightjarProcess.start(folder, serve)) {
        int port = server.port();
        ServerFixture.awaitThat(() -> get(port, "/healthz/ready").statusCode() == 200);
      }
    }
  }
}
