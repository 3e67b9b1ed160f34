package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.EngineLimits.Bounds;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.file.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine holds stays within its bounds, and no bound makes it stand still. */
class EngineBoundsTest {
  private static final int MIB = 1 << 20;
  private static final int CALL_BYTES = span(2).callBytes();

  private static LineSpan span(int length) {
    return new LineSpan(0, length, 0, 1, 0, length, 0, 0);
  }

  private static EngineDriver driver(long requestBytes, long unsealedBytes, int openChunks) {
    var bounds = new Bounds(requestBytes, MIB, MIB, unsealedBytes, openChunks, MIB);
    return new EngineDriver(
        EngineLimits.defaults().withBounds(bounds), new UpstreamSpec("up", Set.of(), 8));
  }

  private static CallOutcome spooled(long bytes) {
    return new CallOutcome.Answered(
        new Answer(true, Usage.NONE, Bytes.utf8("{}"), "spool", bytes - 2, Bytes.EMPTY));
  }

  // ---- memory of calls

  @Test
  void callsWaitForMemoryAsTheyWaitForASlot() {
    EngineDriver driver = driver(3L * CALL_BYTES, MIB, 100);

    driver.start(1, 100);

    while (!driver.sent.isEmpty()) {
      assertThat(driver.sent.size()).isEqualTo(Math.min(3, 100 - driver.appended.size()));
      driver.succeed(driver.takeSent());
    }
    assertThat(driver.finished).containsExactly(1L);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 60_000, 50 * MIB})
  void callThatAloneTakesMoreThanAllMayRunsAlone(int lineBytes) {
    EngineDriver driver = driver(1, MIB, 100);
    driver.lineBytes = lineBytes;

    driver.start(1, 40);

    while (!driver.sent.isEmpty()) {
      assertThat(driver.sent).hasSize(1);
      driver.succeed(driver.takeSent());
    }
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void longLineIsNotOvertakenByShortOnesForEver() {
    EngineDriver driver = driver(3L * CALL_BYTES, MIB, 100);
    driver.start(1, 1_000);
    driver.model = "other";
    driver.lineBytes = 60_000;
    driver.start(2, 1);

    int before = 0;
    while (!driver.finished.contains(2L)) {
      driver.succeed(driver.takeSent());
      before++;
    }

    assertThat(before).isLessThan(10);
  }

  @Test
  void lineTakesWhatIsHeldOfItAndNotItsLength() {
    assertThat(span(1_000).callBytes()).isEqualTo(CALL_BYTES + 998);
    assertThat(span(50 * MIB).callBytes()).isLessThan(70_000).isGreaterThan(CALL_BYTES);
  }

  // ---- lines that are claimed ahead

  @Test
  void batchThatIsAloneIsNotClaimedBeforeItsOwnLines() {
    EngineDriver driver = driver(MIB, MIB, 1_000);
    driver.start(1, 8_000);

    while (!driver.sent.isEmpty()) {
      assertThat(driver.engine.picture().figures().linesWaiting()).isLessThanOrEqualTo(2 * 8 + 16);
      driver.succeed(driver.takeSent());
    }

    assertThat(driver.finished).containsExactly(1L);
  }

  // ---- answers that are not sealed

  @Test
  void noChunkIsBegunWhileTooManyAnswersAreNotSealed() {
    EngineDriver driver = driver(MIB, 20 * MIB, 100);
    driver.sealsFail = "the disk is full";
    driver.start(1, 1_000);

    for (int i = 0; i < 500 && !driver.sent.isEmpty(); i++) {
      driver.end(driver.takeSent(), spooled(MIB));
    }

    // 20 of them fill it; the two chunks that have begun by then are completed.
    assertThat(driver.sent).isEmpty();
    assertThat(driver.appended).hasSizeBetween(20, 20 + 8 + 16);
    driver.sealsFail = null;
    driver.advance(60_000);
    while (!driver.sent.isEmpty()) {
      driver.end(driver.takeSent(), spooled(MIB));
    }
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void batchSaysThatItWaitsForAnswersToBeSealed() {
    EngineDriver driver = driver(MIB, 16 * MIB, 100);
    driver.start(1, 16);
    driver.sealsFail = "the disk is full";
    while (!driver.sent.isEmpty()) {
      driver.end(driver.takeSent(), spooled(MIB));
    }

    driver.start(2, 16);

    assertThat(driver.live(2).reason())
        .isEqualTo("16 MiB of answers wait for their chunks to be complete, and no more may");
    driver.sealsFail = null;
    driver.advance(2_000);
    driver.succeedAll();
    assertThat(driver.finished).containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void batchSaysThatItWaitsForAChunkToBeClosed() {
    EngineDriver driver = driver(MIB, MIB, 1);
    driver.start(1, 16);

    driver.start(2, 16);

    assertThat(driver.live(2).reason()).isEqualTo("1 chunks are open, and no more may be");
    driver.succeedAll();
    assertThat(driver.finished).containsExactlyInAnyOrder(1L, 2L);
  }

  /** A model that is down holds all the answers that may be; the others' go on, one chunk each. */
  @Test
  void modelThatIsDownDoesNotHoldUpTheOthersWithItsAnswers() {
    EngineDriver driver =
        new EngineDriver(
            EngineLimits.defaults().withBounds(new Bounds(MIB, MIB, MIB, 4 * MIB, 100, MIB)),
            new UpstreamSpec("a", Set.of(EngineDriver.MODEL), 8),
            new UpstreamSpec("b", Set.of("other"), 8));
    driver.start(1, 16);
    for (int i = 0; i < 6; i++) {
      driver.end(driver.takeSent(), spooled(MIB));
    }
    List.copyOf(driver.sent).forEach(line -> driver.end(line, Outcomes.unreachable("a is down")));

    driver.model = "other";
    driver.start(2, 100);
    driver.succeedAll();

    assertThat(driver.finished).containsExactly(2L);
  }

  @Test
  void chunkThatWasLostWithSeveralAnswersHoldsUpNobody() {
    EngineDriver driver =
        new EngineDriver(
            EngineLimits.defaults().withBounds(new Bounds(MIB, MIB, MIB, 4 * MIB, 100, MIB)),
            new UpstreamSpec("a", Set.of(EngineDriver.MODEL), 8),
            new UpstreamSpec("b", Set.of("other"), 8));
    driver.start(9, 16);
    driver.isDiskSlow = true;
    driver.succeedAll();
    Set<ChunkId> lost = Set.of(new ChunkId(9, 0));
    driver.post(new Event.Appended(List.copyOf(driver.appended), lost));
    driver.isDiskSlow = false;

    driver.start(1, 16);
    for (int i = 0; i < 6; i++) {
      driver.end(driver.takeSent(), spooled(MIB));
    }
    List.copyOf(driver.sent).forEach(line -> driver.end(line, Outcomes.unreachable("a is down")));
    driver.model = "other";
    driver.start(2, 100);
    driver.succeedAll();

    assertThat(driver.finished).containsExactly(2L);
  }

  @Test
  void smallestBoundsEndEveryBatch() {
    for (int seed = 0; seed < 50; seed++) {
      var random = new SplittableRandom(seed);
      EngineDriver driver = driver(1 + random.nextInt(200_000), 1 + random.nextInt(5_000), 2);
      for (long batch = 1; batch <= 3; batch++) {
        driver.model = "m" + random.nextInt(2);
        driver.lineBytes = 1 + random.nextInt(100_000);
        driver.start(batch, 1 + random.nextInt(100));
      }

      while (!driver.sent.isEmpty()) {
        LineId line = new ArrayList<>(driver.sent).get(random.nextInt(driver.sent.size()));
        driver.end(line, spooled(2 + random.nextInt(1_000)));
      }

      assertThat(driver.finished).as("seed %d", seed).containsExactlyInAnyOrder(1L, 2L, 3L);
    }
  }
}
