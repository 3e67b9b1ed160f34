package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.engine.message.Event.ClaimedLine;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.store.ChunkStore.SealOutcome;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the input of a claimed chunk is closed. */
class InputClosingTest {
  private final EngineDriver driver = new EngineDriver(4);

  @Test
  void inputIsClosedOnceItsChunkIsSealed() {
    driver.isStoreSlow = true;
    driver.start(1, 16);
    driver.succeedAll();
    assertThat(driver.closed).isEmpty();

    driver.post(driver.sealed(driver.seals.getFirst()));

    assertThat(driver.closed).containsExactly(driver.seals.getFirst().chunk());
  }

  @Test
  void inputOfALostChunkStaysOpenUntilItsLastCallHasEnded() {
    driver.start(1, 16);
    LineId refused = driver.takeSent();
    driver.takenOver.add(refused.chunk());
    driver.succeed(refused);
    assertThat(driver.sent).hasSize(4);

    while (!driver.sent.isEmpty()) {
      assertThat(driver.closed).isEmpty();
      driver.succeed(driver.sent.peekFirst());
    }

    assertThat(driver.closed).extracting(Chunk::id).containsExactly(refused.chunk());
  }

  @Test
  void whatIsClaimedForABatchThatHasEndedIsClosedAtOnce() {
    ClaimedChunk late = claimed(1);

    driver.post(new Event.Claimed(9, List.of(late)));

    assertThat(driver.closed).containsExactly(late.chunk());
  }

  @Test
  void sealOfAnEarlierClaimIsNotTakenForThatOfALaterOne() {
    driver.isStoreSlow = true;
    driver.start(1, 16);
    driver.succeedAll();
    Chunk first = driver.seals.getFirst().chunk();
    ClaimedChunk again = claimed(2);
    driver.post(new Event.Claimed(1, List.of(again)));
    assertThat(driver.closed).as("it is being sealed").isEmpty();

    driver.post(new Event.Sealed(first, SealOutcome.FENCED));
    driver.succeedAll();

    assertThat(driver.closed).containsExactly(first);
    assertThat(driver.seals).hasSize(2);
    assertThat(driver.seals.getLast().chunk()).isEqualTo(again.chunk());
  }

  @Test
  void sealThatIsTriedAgainIsThatOfItsOwnClaim() {
    driver.isStoreSlow = true;
    driver.start(1, 16);
    driver.succeedAll();
    driver.post(new Event.SealFailed(driver.seals.getFirst().chunk(), "no space left"));
    driver.post(new Event.Claimed(1, List.of(claimed(2))));

    driver.advance(600_000);

    assertThat(driver.seals).as("the later claim has no answer yet").hasSize(1);
  }

  /** The first chunk of the first batch. */
  private static ClaimedChunk claimed(long epoch) {
    var chunk = new Chunk(new ChunkId(1, 0), epoch, 0, 16, 0, 1);
    var line = new ClaimedLine(new LineSpan(0, 2, 0, 1, 0, 2, 0, 0), EngineDriver.MODEL);
    return new ClaimedChunk(
        chunk, Collections.nCopies(16, line), new BitSet(), RequestCounts.NONE, Usage.NONE, 0);
  }
}
