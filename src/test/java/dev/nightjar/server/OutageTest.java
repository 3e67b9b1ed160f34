package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.sim.Latency;
import dev.nightjar.testing.ServerFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An upstream that goes down in mid-batch costs time and nothing else. {@code bench/outage} runs it
 * with 100,000 lines and ten minutes.
 */
@Tag("full")
class OutageTest {
  private static final int LINES = Integer.getInteger("outage.lines", 12_000);
  private static final int DOWN_SECONDS = Integer.getInteger("outage.seconds", 20);
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @TempDir Path folder;

  @Test
  void outageFailsNoRowAndSpeedIsBackInTenSeconds() throws Exception {
    var options = ServerFixture.sim().withLatency(Latency.parse("latency", "300ms"));
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    try (var fixture = ServerFixture.start(folder.resolve("data"), options)) {
      String id = fixture.create("/v1/chat/completions", input).id();
      ServerFixture.awaitThat(() -> fixture.sim.counters().answered() > LINES / 2);
      double before = rateOverThreeSeconds(fixture);

      fixture.sim.setDown(true);
      waitUntil(System.nanoTime() + DOWN_SECONDS * SECOND);
      assertThat(fixture.client.batches().retrieve(id).toString()).contains("reason=");
      fixture.sim.setDown(false);
      double recovery = secondsUntil(fixture, 0.9 * before);

      System.err.printf(
          "%d lines, down for %d s: %.0f answers/s before, 90 %% of it %.1f s after its return%n",
          LINES, DOWN_SECONDS, before, recovery);
      assertThat(recovery).isLessThan(10);
      Batch batch = fixture.await(id);
      assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
      assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(LINES);
      assertThat(batch.requestCounts().orElseThrow().failed()).isZero();
      assertThat(fixture.lines(batch.outputFileId().orElseThrow())).hasSize(LINES);
    }
  }

  private static double rateOverThreeSeconds(ServerFixture fixture) {
    long answered = fixture.sim.counters().answered();
    long begun = System.nanoTime();
    waitUntil(begun + 3 * SECOND);
    return (fixture.sim.counters().answered() - answered) * 1e9 / (System.nanoTime() - begun);
  }

  /** From now to the beginning of the first second with that rate. */
  private static double secondsUntil(ServerFixture fixture, double rate) {
    record Sample(long nanos, long answered) {}
    var lastSecond = new ArrayDeque<Sample>();
    long begun = System.nanoTime();
    while (true) {
      long now = System.nanoTime();
      long answered = fixture.sim.counters().answered();
      while (!lastSecond.isEmpty() && lastSecond.getFirst().nanos < now - SECOND) {
        Sample first = lastSecond.removeFirst();
        if ((answered - first.answered) * 1e9 / (now - first.nanos) >= rate) {
          return (first.nanos - begun) / 1e9;
        }
      }
      lastSecond.addLast(new Sample(now, answered));
      assertThat(now - begun).as("in time").isLessThan(ServerFixture.LIMIT.toNanos());
      LockSupport.parkNanos(50_000_000L);
    }
  }

  private static void waitUntil(long nanos) {
    while (System.nanoTime() < nanos) {
      LockSupport.parkNanos(20_000_000L);
    }
  }
}
