package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.LineId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Cancel and expiry at every awkward moment: docs/design.md#how-a-batch-ends-early. */
class EarlyEndTest {
  private static final int CHUNK = EngineDriver.LINES_PER_CHUNK;
  private static final Event CANCEL = new Event.Stopping(1, Ending.CANCELLED);

  private final EngineDriver driver = new EngineDriver(4);

  @Test
  void cancelDuringTheLastLineKeepsItsAnswer() {
    LineId last = answerAllButTheLast(CHUNK);

    driver.post(CANCEL);
    assertThat(driver.seals).as("its call may finish").isEmpty();
    driver.succeed(last);

    assertThat(driver.appended).hasSize(CHUNK);
    assertThat(driver.seals).singleElement().matches(seal -> seal.ending() == null);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void lastLineThatOutlastsTheGraceIsUnexecuted() {
    LineId last = answerAllButTheLast(CHUNK);
    driver.post(CANCEL);

    driver.advance(30_001);
    assertThat(driver.aborted).containsExactly(last);
    driver.end(last, new CallOutcome.Aborted());

    assertThat(driver.appended).hasSize(CHUNK - 1);
    assertThat(driver.seals).singleElement().matches(seal -> seal.ending() == Ending.CANCELLED);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void answerThatComesWhileItsCallIsAbortedCounts() {
    LineId last = answerAllButTheLast(CHUNK);
    driver.post(CANCEL);
    driver.advance(30_001);

    driver.succeed(last);

    assertThat(driver.appended).hasSize(CHUNK);
    assertThat(driver.seals).singleElement().matches(seal -> seal.ending() == null);
  }

  @Test
  void cancelOfABatchThatIsAnsweredButNotSealedSealsNothingTwice() {
    driver.isStoreSlow = true;
    driver.start(1, CHUNK);
    driver.succeedAll();
    assertThat(driver.seals).hasSize(1);

    driver.post(CANCEL);
    driver.post(driver.sealed(driver.seals.getFirst()));

    assertThat(driver.seals).singleElement().matches(seal -> seal.ending() == null);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void answersThatAreNotYetDurableWhenItIsCancelledAreWaitedFor() {
    driver.isDiskSlow = true;
    driver.start(1, 4);
    driver.succeedAll();

    driver.post(CANCEL);
    assertThat(driver.seals).isEmpty();
    driver.post(new Event.Appended(List.copyOf(driver.appended), Set.of()));

    assertThat(driver.seals).singleElement().matches(seal -> seal.ending() == null);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void deadlineWhileTheSealsOfAnAnsweredBatchAreUnderWayChangesNothing() {
    driver.isStoreSlow = true;
    driver.start(1, CHUNK, driver.now + 5_000);
    driver.succeedAll();

    driver.advance(10_000);
    driver.post(driver.sealed(driver.seals.getFirst()));
    driver.advance(10_000);

    assertThat(driver.expired).isEmpty();
    assertThat(driver.seals).singleElement().matches(seal -> seal.ending() == null);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void deadlineAfterACancelChangesNothing() {
    driver.start(1, 100, driver.now + 5_000);
    driver.post(CANCEL);

    driver.advance(10_000);
    List.copyOf(driver.sent).forEach(line -> driver.end(line, new CallOutcome.Aborted()));

    assertThat(driver.expired).isEmpty();
    assertThat(driver.seals).hasSize(7).allMatch(seal -> seal.ending() == Ending.CANCELLED);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void cancelThatReachesTheStoreBeforeTheDeadlineWins() {
    driver.cancelledBefore.add(1L);
    driver.start(1, 100, driver.now + 5_000);

    driver.advance(5_001);
    driver.post(CANCEL);
    driver.succeedAll();

    assertThat(driver.sends).isEqualTo(4);
    assertThat(driver.seals).hasSize(7).allMatch(seal -> seal.ending() == Ending.CANCELLED);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void batchThatTheStoreSaysIsFinalizingIsNotExpired() {
    driver.isStoreSlow = true;
    LineId last = answerAllButTheLast(CHUNK, driver.now + 5_000);
    driver.advance(5_001);
    assertThat(driver.expired).containsKey(1L);

    driver.succeed(last);
    driver.post(new Event.Stopping(1, null));
    driver.post(driver.sealed(driver.seals.getFirst()));

    assertThat(driver.seals).singleElement().matches(seal -> seal.ending() == null);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void secondCancelChangesNothing() {
    driver.start(1, 100);
    driver.post(CANCEL);
    driver.advance(10_000);
    driver.post(CANCEL);

    driver.advance(60_000);
    assertThat(driver.aborted).as("once each, by the first grace").hasSize(4);
    List.copyOf(driver.sent).forEach(line -> driver.end(line, new CallOutcome.Aborted()));
    driver.post(CANCEL);

    assertThat(driver.seals).hasSize(7);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void batchWhoseDeadlinePassedBeforeItBeganRunsNoLine() {
    driver.start(1, 100, driver.now);

    assertThat(driver.sends).isZero();
    assertThat(driver.seals).hasSize(7).allMatch(seal -> seal.ending() == Ending.EXPIRED);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void batchWithoutAnUpstreamThatWorksIsClosedAtOnce() {
    driver.start(1, 1_000);
    while (!driver.sent.isEmpty()) {
      driver.end(driver.takeSent(), Outcomes.unreachable("refused"));
    }
    driver.controlled(Outcomes.unreachable("refused"));

    driver.post(CANCEL);

    assertThat(driver.seals).hasSize(63).allMatch(seal -> seal.ending() == Ending.CANCELLED);
    assertThat(driver.appended).isEmpty();
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void callsThatAnUpstreamNeverAnswersAreUnexecutedAfterTheGrace() {
    driver.start(1, 100, driver.now + 5_000);

    driver.advance(5_001);
    assertThat(driver.seals).as("what is not in flight").hasSize(6);
    driver.advance(30_001);
    List.copyOf(driver.aborted).forEach(line -> driver.end(line, new CallOutcome.Aborted()));

    assertThat(driver.appended).isEmpty();
    assertThat(driver.seals).hasSize(7).allMatch(seal -> seal.ending() == Ending.EXPIRED);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void rowThatWaitsForItsNextAttemptIsUnexecutedAndNotSentAgain() {
    driver.start(1, 1);
    driver.end(driver.takeSent(), Outcomes.broken());

    driver.post(CANCEL);
    driver.advance(60_000);

    assertThat(driver.sends).isEqualTo(1);
    assertThat(driver.appended).isEmpty();
    assertThat(driver.seals).singleElement().matches(seal -> seal.ending() == Ending.CANCELLED);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void lineThatIsNotJudgedHasNotRunWhenItsBatchStops() {
    driver.start(1, 1);
    driver.end(driver.takeSent(), Outcomes.reset());
    driver.advance(1_000);
    assertThat(driver.controls).hasSize(1);

    driver.post(CANCEL);
    driver.controlledOk();

    assertThat(driver.seals).singleElement().matches(seal -> seal.ending() == Ending.CANCELLED);
    assertThat(driver.finished).containsExactly(1L);
  }

  private LineId answerAllButTheLast(int lines) {
    return answerAllButTheLast(lines, Long.MAX_VALUE);
  }

  private LineId answerAllButTheLast(int lines, long deadlineMillis) {
    driver.start(1, lines, deadlineMillis);
    while (driver.appended.size() < lines - 1) {
      driver.succeed(driver.sent.peekFirst());
    }
    return driver.sent.peekFirst();
  }
}
