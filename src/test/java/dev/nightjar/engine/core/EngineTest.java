package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.UpstreamSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EngineTest {
  private final EngineDriver driver = new EngineDriver(4);

  @Test
  void sendsNoMoreThanTheCapAndRefillsASlotAsSoonAsItsAnswerIsRead() {
    driver.start(1, 100);
    assertThat(driver.sent).hasSize(4);

    driver.succeed(driver.takeSent());

    assertThat(driver.sent).hasSize(4);
    assertThat(driver.sends).isEqualTo(5);
  }

  @Test
  void whatAKillWouldRepeatIsBoundedHoweverSlowTheDiskIs() {
    driver.isDiskSlow = true;
    driver.start(1, 100);

    driver.succeedAll();

    assertThat(driver.sends).as("four in flight, and a quarter more").isEqualTo(5);
    driver.post(new Event.Appended(List.copyOf(driver.appended), Set.of()));
    assertThat(driver.sends).isEqualTo(9);
  }

  @Test
  void everyLineIsAnsweredOnceAndTheBatchIsFinished() {
    driver.start(1, 100);

    driver.succeedAll();

    assertThat(driver.appended).hasSize(100);
    assertThat(driver.seals).hasSize(7).allMatch(seal -> seal.ending() == null);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void linesAreSentInInputOrder() {
    driver.start(1, 100);

    var numbers = new ArrayList<Long>();
    while (!driver.sent.isEmpty()) {
      numbers.add(driver.call(driver.sent.peekFirst()).number());
      driver.succeed(driver.sent.peekFirst());
    }

    assertThat(numbers).isSorted().hasSize(100);
  }

  @Test
  void earliestDeadlineGoesFirstAndTheSmallestBatchGetsOnePickInEight() {
    driver.post(new Event.Held("the test has not begun"));
    driver.start(1, 1_600, driver.now + 1_000_000);
    driver.start(2, 160, driver.now + 2_000_000);
    driver.post(new Event.Held(null));

    var firstPicks = new ArrayList<Long>();
    for (int i = 0; i < 64; i++) {
      firstPicks.add(driver.sent.peekFirst().chunk().batch());
      driver.succeed(driver.sent.peekFirst());
    }

    assertThat(firstPicks.stream().filter(batch -> batch == 2).count()).isBetween(6L, 10L);
  }

  @Test
  void smallBatchIsNotBehindAMillionRows() {
    driver.start(1, 1_000_000, driver.now + 1_000_000);
    driver.start(2, 10, driver.now + 2_000_000);

    int answered = 0;
    while (!driver.finished.contains(2L)) {
      driver.succeed(driver.sent.peekFirst());
      answered++;
    }

    assertThat(answered).isLessThan(120);
  }

  @Test
  void memoryDoesNotGrowWithTheBatch() {
    driver.start(1, 1_000_000);

    for (int i = 0; i < 1_000; i++) {
      driver.succeed(driver.sent.peekFirst());
    }

    int claimed = driver.sends + 2 * 4 + EngineDriver.LINES_PER_CHUNK;
    assertThat(driver.appended).hasSize(1_000);
    assertThat(driver.seals.size() * EngineDriver.LINES_PER_CHUNK).isLessThanOrEqualTo(claimed);
  }

  @Test
  void cancelSendsNothingMoreAndSealsWhatNeverRan() {
    driver.start(1, 1_000);
    int sent = driver.sends;

    driver.post(new Event.Stopping(1, Ending.CANCELLED));
    driver.succeedAll();

    assertThat(driver.sends).isEqualTo(sent);
    assertThat(driver.appended).hasSize(4);
    assertThat(driver.seals).hasSize(63).allMatch(seal -> seal.ending() == Ending.CANCELLED);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void cancelThatIsToldBeforeTheStartIsNotLost() {
    driver.post(new Event.Stopping(1, Ending.CANCELLED));

    driver.start(1, 100);

    assertThat(driver.sends).isZero();
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void callsInFlightMayFinishWithinTheGraceAndAreAbortedAfterIt() {
    driver.start(1, 100);
    driver.post(new Event.Stopping(1, Ending.CANCELLED));

    driver.advance(29_000);
    assertThat(driver.aborted).isEmpty();
    driver.advance(2_000);
    assertThat(driver.aborted).hasSize(4);
    List.copyOf(driver.sent).forEach(line -> driver.end(line, new CallOutcome.Aborted()));

    assertThat(driver.appended).isEmpty();
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void deadlineExpiresTheBatchAndKeepsItsAnswers() {
    driver.start(1, 100, driver.now + 5_000);
    driver.succeed(driver.takeSent());

    driver.advance(5_001);
    driver.succeedAll();

    assertThat(driver.expired).containsEntry(1L, Ending.EXPIRED);
    assertThat(driver.appended).hasSize(5);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void batchThatIsFullyAnsweredDoesNotExpire() {
    driver.start(1, 4, driver.now + 5_000);
    driver.succeedAll();

    driver.advance(10_000);

    assertThat(driver.expired).isEmpty();
  }

  @Test
  void cancelAfterTheDeadlineChangesNothing() {
    driver.start(1, 100, driver.now + 5_000);
    driver.advance(5_001);

    driver.post(new Event.Stopping(1, Ending.CANCELLED));
    driver.succeedAll();

    assertThat(driver.seals).allMatch(seal -> seal.ending() == Ending.EXPIRED);
  }

  @Test
  void drainingEngineSendsNothingAndIsQuietWhenCallsHaveEnded() {
    driver.start(1, 100);
    driver.post(new Event.Draining());
    assertThat(driver.engine.isQuiet()).isFalse();

    driver.succeedAll();

    assertThat(driver.sends).isEqualTo(4);
    assertThat(driver.engine.isQuiet()).isTrue();
  }

  @Test
  void heldEngineSendsNothingSaysWhyAndGoesOnByItself() {
    driver.post(new Event.Held("the disk is full"));
    driver.start(1, 100);
    assertThat(driver.sent).isEmpty();
    assertThat(driver.live(1).reason()).isEqualTo("the disk is full");

    driver.post(new Event.Held(null));

    assertThat(driver.sent).hasSize(4);
  }

  @Test
  void chunkThatAnotherNodeTookOverIsLetGo() {
    driver.start(1, 16);
    LineId line = driver.takeSent();
    driver.takenOver.add(line.chunk());

    driver.succeed(line);
    int sends = driver.sends;
    driver.succeedAll();

    assertThat(driver.sends).as("its waiting lines are not sent").isEqualTo(sends).isLessThan(16);
    assertThat(driver.seals).isEmpty();
  }

  @Test
  void linesOfAChunkThatAnotherNodeTookOverAreNeverSentAgain() {
    driver.start(1, 16);
    LineId failed = driver.takeSent();
    LineId answered = driver.takeSent();
    LineId alone = driver.takeSent();
    LineId late = driver.takeSent();
    driver.end(failed, Outcomes.broken());
    driver.end(alone, new CallOutcome.LocalFault("no space left"));
    driver.takenOver.add(answered.chunk());
    driver.succeed(answered);
    int sends = driver.sends;

    driver.end(late, new CallOutcome.Aborted());
    driver.advance(600_000);

    assertThat(driver.sends).isEqualTo(sends);
    assertThat(driver.seals).isEmpty();
  }

  @Test
  void replicasShareTheLoad() {
    var two =
        new EngineDriver(new UpstreamSpec("a", Set.of(), 3), new UpstreamSpec("b", Set.of(), 3));

    two.start(1, 100);

    var used = new HashSet<Integer>();
    two.sent.forEach(line -> used.add(two.call(line).upstream()));
    assertThat(two.sent).hasSize(6);
    assertThat(used).hasSize(2);
  }

  @Test
  void modelGoesToTheUpstreamThatHasIt() {
    var two =
        new EngineDriver(
            new UpstreamSpec("a", Set.of("other"), 3),
            new UpstreamSpec("b", Set.of(EngineDriver.MODEL), 2));

    two.start(1, 100);

    assertThat(two.sent).hasSize(2).allMatch(line -> two.call(line).upstream() == 1);
  }

  @Test
  void modelThatNoUpstreamHasWaitsWithAReasonUntilOneListsIt() {
    driver.post(new Event.ModelsListed(0, Set.of("other")));
    driver.start(1, 100);
    assertThat(driver.sent).isEmpty();
    assertThat(driver.live(1).reason()).contains("no upstream lists");

    driver.post(new Event.ModelsListed(0, Set.of("other", EngineDriver.MODEL)));

    assertThat(driver.sent).hasSize(4);
  }

  @Test
  void liveFiguresCountDurableAnswersOnly() {
    driver.start(1, 100);
    driver.succeed(driver.takeSent());
    driver.end(driver.takeSent(), new CallOutcome.Answered(Outcomes.answer(false)));

    assertThat(driver.live(1).counts()).isEqualTo(new RequestCounts(100, 1, 1));
  }
}
