package dev.nightjar.damage;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimServer;
import dev.nightjar.store.disk.Directories;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody deletes or moves what a running server has open. */
@Tag("server")
@Tag("K6")
class DirectoryLossTest {
  private static final int LINES = 1_000;

  @TempDir Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private NightjarProcess serve(SimServer sim) throws IOException {
    return NightjarProcess.start(
        folder,
        "serve",
        "--port",
        "0",
        "--data",
        data().toString(),
        "--upstream",
        sim.url(),
        "--max-in-flight",
        "16");
  }

  private static SimServer slowSim() {
    return SimServer.start(ServerFixture.sim().withLatency(Latency.parse("latency", "50ms")));
  }

  @Test
  void secondServerIsRefusedThoughTheLockFileIsDeleted() throws Exception {
    try (SimServer sim = slowSim();
        NightjarProcess first = serve(sim)) {
      first.port();
      Files.delete(data().resolve("lock"));

      try (NightjarProcess second = serve(sim)) {
        assertThat(second.exitCode()).as(second.stderr()).isEqualTo(1);
        assertThat(second.stderr()).contains("is in use by process", "'lock'");
      }

      assertThat(first.client().batches().list().data()).isEmpty();
      assertThat(first.process.isAlive()).isTrue();
    }
  }

  @Test
  void serverWhoseLockIsDeletedAsAWholeEndsAndNoneStartsBeforeThatIsMended() throws Exception {
    try (SimServer sim = slowSim();
        NightjarProcess first = serve(sim)) {
      first.port();
      Files.delete(data().resolve("lock"));
      Files.delete(data().resolve("format"));

      try (NightjarProcess second = serve(sim)) {
        assertThat(second.exitCode()).as(second.stderr()).isEqualTo(1);
        assertThat(second.stderr()).contains("has a database and no file 'format'");
      }
      assertThat(first.exitCode()).isEqualTo(70);
      assertThat(first.stderr()).contains("format was deleted or replaced");
      Files.writeString(data().resolve("format"), "1");
      try (NightjarProcess third = serve(sim)) {
        assertThat(third.port()).isPositive();
      }
    }
  }

  @Test
  void journalWhoseSegmentIsDeletedEndsTheProcessAndItsLinesRunAgain() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    try (SimServer sim = slowSim()) {
      String id;
      try (NightjarProcess server = serve(sim)) {
        id = ServerFixture.create(server.client(), "/v1/chat/completions", input).id();
        ServerFixture.awaitThat(() -> sim.counters().answered() > LINES / 4);

        Files.delete(data().resolve("journal").resolve("00000001.log"));

        assertThat(server.exitCode()).isEqualTo(70);
        assertThat(server.stderr()).contains("00000001.log was deleted or replaced");
      }
      try (NightjarProcess server = serve(sim)) {
        assertExact(server, id);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"meta.db", "objects"})
  void serverWhoseDatabaseOrObjectsAreMovedAwayEndsAndGoesOnWhenTheyAreBack(String name)
      throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    Path away = Files.createDirectory(folder.resolve("away"));
    try (SimServer sim = slowSim()) {
      String id;
      try (NightjarProcess server = serve(sim)) {
        id = ServerFixture.create(server.client(), "/v1/chat/completions", input).id();
        ServerFixture.awaitThat(() -> sim.counters().answered() > LINES / 4);

        move(name, data(), away);

        assertThat(server.exitCode()).isEqualTo(70);
        assertThat(server.stderr()).containsPattern(name + "\\S* was deleted or replaced");
      }
      if (name.equals("meta.db")) {
        try (NightjarProcess server = serve(sim)) {
          assertThat(server.exitCode()).as("starts with an empty one").isEqualTo(1);
          assertThat(server.stderr()).contains("has objects and no database meta.db");
        }
      }
      Directories.delete(data().resolve(name)); // A seal may have made a folder for its objects.
      move(name, away, data());
      try (NightjarProcess server = serve(sim)) {
        assertExact(server, id);
      }
    }
  }

  private static void move(String name, Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith(name)) {
          Files.move(file, to.resolve(file.getFileName()));
        }
      }
    }
  }

  private static void assertExact(NightjarProcess server, String id) throws IOException {
    Batch batch = ServerFixture.await(server.client(), id);
    assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
    List<String> output = ServerFixture.lines(server.client(), batch.outputFileId().orElseThrow());
    assertThat(ServerFixture.customIds(output.stream()))
        .containsExactlyElementsOf(IntStream.range(0, LINES).mapToObj(i -> "row-" + i).toList());
  }
}
