package dev.nightjar.backup;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.batches.Batch;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimServer;
import dev.nightjar.store.disk.Directories;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup of a real server at work, by the real program; then the original is gone. */
@Tag("server")
class BackupServerTest {
  private static final int FINISHED_LINES = 200;
  private static final int RUNNING_LINES = 3_000;
  private static final int LARGE_LINES = 30;
  private static final int WRONG = 1;

  @TempDir Path folder;

  @Test
  void copyOfARunningServerKeepsWhatWasFinishedAndGoesOnWithTheRest() throws Exception {
    SimOptions options = ServerFixture.sim().withLatency(Latency.parse("latency", "20ms..60ms"));
    Path copy = folder.resolve("copy");
    try (SimServer sim = SimServer.start(options)) {
      String finished;
      String running;
      String large;
      List<String> before;
      try (NightjarProcess server = serve(sim, data())) {
        OpenAIClient client = server.client();
        finished = create(client, "/v1/chat/completions", chat("first.jsonl", FINISHED_LINES));
        before = output(client, finished);
        large = create(client, "/v1/embeddings", embeddings());
        running = create(client, "/v1/chat/completions", chat("in.jsonl", RUNNING_LINES));
        awaitAnswered(sim, FINISHED_LINES + RUNNING_LINES / 3);

        try (NightjarProcess backup = backUp(copy)) {
          assertThat(backup.exitCode()).as(backup.stderr()).isZero();
          assertThat(backup.stderr()).contains("nightjar: " + copy + " is a complete copy");
        }
        assertThat(ServerFixture.await(client, running).status())
            .as("the original goes on")
            .isEqualTo(Batch.Status.COMPLETED);
        server.kill();
      }
      Directories.delete(data());

      try (NightjarProcess restored = serve(sim, copy)) {
        OpenAIClient client = restored.client();
        assertThat(output(client, finished)).isEqualTo(before);
        assertRows(output(client, running), RUNNING_LINES);
        assertThat(client.batches().retrieve(running).requestCounts().orElseThrow().completed())
            .isEqualTo(RUNNING_LINES);
        assertThat(ServerFixture.customIds(output(client, large).stream())).hasSize(LARGE_LINES);
        assertThat(ServerFixture.await(client, large).status()).isEqualTo(Batch.Status.COMPLETED);
      }
      long calls = sim.counters().received() - FINISHED_LINES - LARGE_LINES;
      System.err.printf("%d calls for %d lines%n", calls, RUNNING_LINES);
      assertThat(calls).as("the copy had answers").isLessThan(2L * RUNNING_LINES);
    }
  }

  @Test
  void backupKilledAtAnyPointIsNoneAndTheNextOneIs() throws Exception {
    Path copy = folder.resolve("copy");
    Path partial = folder.resolve("copy.partial");
    try (SimServer sim = SimServer.start(ServerFixture.sim());
        NightjarProcess server = serve(sim, data())) {
      output(
          server.client(), create(server.client(), "/v1/chat/completions", chat("in.jsonl", 500)));
      try (NightjarProcess backup = backUp(copy)) {
        while (backup.process.isAlive() && !Files.exists(partial.resolve("format"))) {
          LockSupport.parkNanos(100_000L);
        }
        backup.kill();
      }
      assertThat(copy).as("it was faster than the kill").doesNotExist();

      try (NightjarProcess refused = NightjarProcess.start(folder, serveCommand(sim, partial))) {
        assertThat(refused.exitCode()).isEqualTo(WRONG);
        assertThat(refused.stderr()).contains("is a backup that did not end");
      }
      try (NightjarProcess backup = backUp(copy)) {
        assertThat(backup.exitCode()).as(backup.stderr()).isZero();
      }
      assertThat(partial).doesNotExist();
    }
  }

  private Path data() {
    return folder.resolve("data");
  }

  private Path chat(String name, int lines) throws IOException {
    return ServerFixture.chatLines(folder.resolve(name), lines, _ -> "");
  }

  /** Each is answered with over 1 MiB, which is spooled. */
  private Path embeddings() throws IOException {
    Path input = folder.resolve("large.jsonl");
    var lines = new StringBuilder();
    for (int i = 0; i < LARGE_LINES; i++) {
      lines.append(
          "{\"custom_id\":\"row-%d\",\"method\":\"POST\",\"url\":\"/v1/embeddings\",\"body\":{\"model\":\"gpt-5\",\"dimensions\":2048,\"input\":[%s\"a\"]}}%n"
              .formatted(i, "\"a\",".repeat(60)));
    }
    return Files.writeString(input, lines);
  }

  private static String create(OpenAIClient client, String endpoint, Path input) {
    return ServerFixture.create(client, endpoint, input).id();
  }

  private static List<String> output(OpenAIClient client, String id) {
    Batch batch = ServerFixture.await(client, id);
    return ServerFixture.lines(client, batch.outputFileId().orElseThrow());
  }

  private static void assertRows(List<String> lines, int count) {
    assertThat(lines).hasSize(count);
    for (int i = 0; i < count; i++) {
      assertThat(lines.get(i))
          .contains("\"custom_id\":\"row-%d\"".formatted(i))
          .contains("\"Simulated answer to: Question %d\"".formatted(i));
    }
  }

  private static void awaitAnswered(SimServer sim, long answers) {
    long limit = System.nanoTime() + ServerFixture.LIMIT.toNanos();
    while (sim.counters().answered() < answers) {
      assertThat(System.nanoTime()).as("in time").isLessThan(limit);
      LockSupport.parkNanos(1_000_000L);
    }
  }

  private NightjarProcess backUp(Path copy) throws IOException {
    return NightjarProcess.start(folder, "backup", copy.toString(), "--data", data().toString());
  }

  private NightjarProcess serve(SimServer sim, Path data) throws IOException {
    return NightjarProcess.start(folder, serveCommand(sim, data));
  }

  private static String[] serveCommand(SimServer sim, Path data) {
    return new String[] {
      "serve",
      "--port",
      "0",
      "--data",
      data.toString(),
      "--upstream",
      sim.url(),
      "--max-in-flight",
      "32"
    };
  }
}
