package dev.nightjar.damage;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose journal is damaged while it is down, or cannot be forced while it runs. */
@Tag("server")
class JournalDamageTest {
  private static final int LINES = 3_000;

  @TempDir Path folder;

  @Test
  void damageInTheMiddleIsSaidKeptAndRunAgain() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    try (SimServer sim = slowSim()) {
      String id = killedInTheMiddle(sim, input);
      Path segment = folder.resolve("data/journal/00000001.log");
      try (var file = new RandomAccessFile(segment.toFile(), "rw")) {
        file.seek(file.length() / 2);
        file.write(new byte[64]);
      }
      long seen = sim.counters().seen().size();

      try (NightjarProcess server = serve(sim)) {
        Batch batch = ServerFixture.await(server.client(), id);

        assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
        List<String> output =
            ServerFixture.lines(server.client(), batch.outputFileId().orElseThrow());
        assertThat(ServerFixture.customIds(output.stream()))
            .containsExactlyElementsOf(
                IntStream.range(0, LINES).mapToObj(i -> "row-" + i).toList());
        assertThat(server.stderr()).contains("00000001.log is damaged from byte");
      }
      assertThat(seen).isLessThan(LINES);
      assertThat(journal()).anyMatch(file -> file.toString().endsWith("00000001.log.corrupt"));
    }
  }

  /**
   * The kernel says once that it could not write: what is on disk is read again, by a new start.
   */
  @Test
  void failedForceEndsTheProcessAndTheNextStartGoesOn() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    try (SimServer sim = slowSim()) {
      String id;
      try (NightjarProcess server = serve(sim)) {
        id = ServerFixture.create(server.client(), "/v1/chat/completions", input).id();
        await(() -> sim.counters().answered() > LINES / 10);
        sim.setDown(true); // So that there is something left to force, however long this takes.
        Process strace = failingForces(server);
        sim.setDown(false);

        assertThat(server.exitCode()).isEqualTo(70);

        assertThat(server.stderr()).contains("the journal cannot be forced to disk");
        strace.waitFor();
      }
      try (NightjarProcess server = serve(sim)) {
        Batch batch = ServerFixture.await(server.client(), id);
        assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
        assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(LINES);
      }
    }
  }

  /** Lets each fdatasync of the process fail from now on, with the help of strace. */
  private Process failingForces(NightjarProcess server) throws IOException, InterruptedException {
    Path log = folder.resolve("strace.log");
    Process strace;
    try {
      strace =
          new ProcessBuilder(
                  "strace",
                  "-f",
                  "-e",
                  "trace=fdatasync",
                  "-e",
                  "inject=fdatasync:error=EIO",
                  "-p",
                  Long.toString(server.process.pid()))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      return Assumptions.abort("needs strace: " + e.getMessage());
    }
    await(() -> said(log).contains(" attached") || !strace.isAlive());
    if (!strace.isAlive() && server.process.isAlive()) {
      Assumptions.abort("strace may not attach here: " + said(log));
    }
    return strace;
  }

  private static String said(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SimServer slowSim() {
    return SimServer.start(
        ServerFixture.sim().withLatency(Latency.parse("latency", "50ms..150ms")));
  }

  private NightjarProcess serve(SimServer sim) throws IOException {
    return NightjarProcess.start(
        folder,
        "serve",
        "--port",
        "0",
        "--data",
        folder.resolve("data").toString(),
        "--upstream",
        sim.url());
  }

  private String killedInTheMiddle(SimServer sim, Path input) throws Exception {
    try (NightjarProcess server = serve(sim)) {
      String id = ServerFixture.create(server.client(), "/v1/chat/completions", input).id();
      await(() -> sim.counters().answered() > LINES / 3);
      server.kill();
      return id;
    }
  }

  private List<Path> journal() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("data/journal"))) {
      return files.toList();
    }
  }

  private static void await(BooleanSupplier condition) {
    long limit = System.nanoTime() + ServerFixture.LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(limit);
      LockSupport.parkNanos(5_000_000L);
    }
  }
}
