package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.EngineFigures.Illness;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.engine.message.Failure.Mark;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.UpstreamSpec;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whose fault, decided by what comes of other lines: docs/design.md#whose-fault. */
@Tag("F1")
class FaultsTest {
  private static final CallOutcome REFUSED =
      Outcomes.failed(Kind.REFUSED, 400, "too long", Mark.JSON);

  private EngineDriver driver = new EngineDriver(4);

  /** All calls that are made fail so, until no more are made. */
  private void failAll(CallOutcome outcome) {
    while (!driver.sent.isEmpty()) {
      driver.end(driver.takeSent(), outcome);
    }
  }

  /** This one fails whenever it is sent; all others are ok. */
  private void failAlways(LineId line, CallOutcome outcome) {
    for (int i = 0; i < 2_000 && driver.finished.isEmpty(); i++) {
      while (!driver.sent.isEmpty()) {
        LineId next = driver.takeSent();
        driver.end(next, next.equals(line) ? outcome : Outcomes.ok());
      }
      driver.controlledOk();
      driver.advance(1_000);
    }
  }

  private int calls(LineId line) {
    return driver.timesSent.getOrDefault(line, 0);
  }

  private long failures() {
    return driver.appended.stream().filter(p -> !p.answer().isSuccess()).count();
  }

  // ---- trouble that stays with one line

  @Test
  void lineThatFailsWhereNoOtherDoesIsTriedFiveTimesThenGetsItsError() {
    driver.start(1, 1_000);
    LineId odd = driver.sent.peekFirst();

    for (int i = 0; i < 1_000 && failures() == 0; i++) {
      LineId next = driver.takeSent();
      driver.end(next, next.equals(odd) ? Outcomes.broken() : Outcomes.ok());
      driver.advance(100);
    }

    assertThat(calls(odd)).isBetween(5, 6);
    assertThat(driver.controls).isEmpty();
    assertThat(driver.appended).filteredOn(p -> p.line().equals(odd)).hasSize(1);
    driver.succeedAll();
    assertThat(driver.finished).containsExactly(1L);
    assertThat(driver.sends).as("no other is sent twice").isEqualTo(999 + calls(odd));
  }

  @Test
  void loneLineThatIsThrottledOrDeniedOrAstrayForEverEndsAndStopsNobody() {
    for (CallOutcome lasting :
        List.of(
            Outcomes.throttled("429", Duration.ofMinutes(10)),
            Outcomes.denied(),
            Outcomes.failed(Kind.ASTRAY, 404, "no"),
            Outcomes.failed(Kind.BROKEN, 504, "504", Mark.CUT),
            Outcomes.reset())) {
      driver = new EngineDriver(4);
      driver.start(1, 400);

      failAlways(driver.sent.peekFirst(), lasting);

      assertThat(driver.finished).as("%s", lasting).containsExactly(1L);
      assertThat(failures()).isEqualTo(1);
    }
  }

  @Test
  void refusalIsFinalOnceALineThatWasSentAfterItIsOk() {
    driver.start(1, 100);
    LineId before = driver.takeSent();
    LineId odd = driver.takeSent();

    driver.end(odd, REFUSED);
    driver.succeed(before);
    assertThat(driver.appended).as("one that was sent before says nothing").hasSize(1);
    LineId after = driver.sent.peekLast();
    driver.succeed(after);

    assertThat(failures()).isEqualTo(1);
    assertThat(calls(odd)).isEqualTo(1);
  }

  @Test
  void refusalAmongFailuresOfOthersIsFinalTheSecondTime() {
    driver.start(1, 100);
    LineId odd = driver.takeSent();
    driver.end(driver.takeSent(), Outcomes.broken());
    driver.end(odd, REFUSED);
    driver.succeed(driver.sent.peekLast());
    assertThat(failures()).isZero();

    failAlways(odd, REFUSED);

    assertThat(failures()).isEqualTo(1);
    assertThat(calls(odd)).isEqualTo(2);
  }

  @Test
  void batchOfWhichEachLineIsRefusedEndsOnceControlCallsWereOkBetween() {
    driver.start(1, 8);
    for (int round = 0; round < 2; round++) {
      assertThat(driver.finished).isEmpty();
      failAll(REFUSED);
      driver.advance(1_000);
      assertThat(driver.controls).hasSize(1);
      driver.controlledOk();
      driver.advance(1_000);
    }

    assertThat(driver.finished).containsExactly(1L);
    assertThat(driver.sends).isEqualTo(16);
  }

  @Test
  void lineAloneIsJudgedByControlCallsAndEndsAfterTenTries() {
    driver.start(1, 1);
    LineId line = driver.sent.peekFirst();

    failAlways(line, Outcomes.broken());

    assertThat(driver.finished).containsExactly(1L);
    assertThat(calls(line)).isBetween(9, 11);
    assertThat(driver.now - 1_000_000).as("they are 15 s apart").isBetween(130_000L, 300_000L);
  }

  // ---- trouble that meets different lines

  @Test
  void outageOfAThousandRestsSpendsNoLine() {
    driver.start(1, 100);
    failAll(Outcomes.unreachable("refused"));
    assertThat(driver.sends).as("ten lines are enough").isLessThan(14);

    for (int i = 0; i < 1_000; i++) {
      driver.controlled(Outcomes.unreachable("refused"));
      driver.advance(80_000);
    }
    assertThat(driver.sent).isEmpty();
    assertThat(driver.live(1).reason()).isEqualTo("refused");
    assertThat(driver.engine.picture().figures().upstreams().getFirst().illness())
        .extracting(Illness::kind, Illness::reason)
        .containsExactly(Kind.BROKEN, "refused");
    driver.controlledOk();
    driver.succeedAll();

    assertThat(driver.finished).containsExactly(1L);
    assertThat(failures()).isZero();
  }

  @Test
  void upstreamThatIsDownIsAskedEveryThreeSecondsThenMoreSeldom() {
    driver.start(1, 100);
    failAll(Outcomes.unreachable("refused"));

    for (int second = 0; second < 595; second += 4) {
      assertThat(driver.controls).as("after %d s", second).hasSize(1);
      driver.controlled(Outcomes.unreachable("refused"));
      assertThat(driver.controls).as("not at once").isEmpty();
      driver.advance(4_000);
    }
    driver.advance(86_400_000);
    driver.controlled(Outcomes.unreachable("refused"));
    driver.advance(40_000);
    assertThat(driver.controls).isEmpty();
    driver.advance(40_000);
    assertThat(driver.controls).hasSize(1);
  }

  @Test
  void afterAnIllnessOneLineGoesFirstThenTwoThenFour() {
    driver = new EngineDriver(8);
    driver.start(1, 100);
    failAll(Outcomes.unreachable("refused"));
    driver.controlled(Outcomes.unreachable("refused"));
    driver.advance(3_000);

    driver.controlledOk();
    assertThat(driver.sent).hasSize(1);
    driver.succeed(driver.takeSent());
    assertThat(driver.sent).hasSize(2);
    driver.succeed(driver.takeSent());
    assertThat(driver.sent).hasSize(4);
    driver.advance(1_000);
    assertThat(driver.sent).as("a second passes without a failure").hasSize(8);
  }

  @Test
  void keyThatIsRefusedForAllFailsNoLine() {
    driver.start(1, 4);
    failAll(Outcomes.denied());
    driver.advance(1_000);
    for (int i = 0; i < 100; i++) {
      driver.controlled(Outcomes.denied());
      driver.advance(80_000);
    }
    assertThat(driver.live(1).reason()).isEqualTo("401");
    driver.controlledOk();
    driver.succeedAll();

    assertThat(driver.appended).hasSize(4).allMatch(p -> p.answer().isSuccess());
  }

  @Test
  void urlThatIsMissingStopsNoOther() {
    driver.start(1, 100);
    driver.url = "/v1/responses";
    driver.start(2, 100);
    for (int i = 0; i < 400 && !driver.finished.contains(1L); i++) {
      LineId next = driver.takeSent();
      boolean isMissing = next.chunk().batch() == 2;
      driver.end(next, isMissing ? Outcomes.failed(Kind.ASTRAY, 404, "no") : Outcomes.ok());
      if (!driver.controls.isEmpty()) {
        assertThat(driver.controls.getFirst().url()).isEqualTo("/v1/responses");
        driver.controlled(Outcomes.failed(Kind.ASTRAY, 404, "no"));
      }
      driver.advance(100);
    }

    assertThat(driver.finished).containsExactly(1L);
    assertThat(failures()).isZero();
  }

  @Test
  void lineThatFailedGoesToAnotherUpstream() {
    driver =
        new EngineDriver(
            new UpstreamSpec("a", Set.of(EngineDriver.MODEL), 4),
            new UpstreamSpec("b", Set.of(EngineDriver.MODEL), 4));
    driver.start(1, 200);
    while (!driver.sent.isEmpty()) {
      LineId next = driver.takeSent();
      boolean isOfFirst = driver.call(next).upstream() == 0;
      driver.end(next, isOfFirst ? Outcomes.unreachable("refused") : Outcomes.ok());
      while (!driver.controls.isEmpty()) {
        driver.controlled(Outcomes.unreachable("refused"));
      }
      driver.advance(50);
    }

    assertThat(driver.finished).containsExactly(1L);
    assertThat(failures()).isZero();
    assertThat(driver.sends).isLessThan(240);
  }

  // ---- control calls

  @Test
  void controlCallThatMayBeRefusedForItsOwnSakeIsMadeWithALineThatWasOk() {
    driver.start(1, 20);
    driver.succeed(driver.takeSent());
    failAll(Outcomes.broken());
    assertThat(driver.controls.getFirst().isByLine()).isFalse();

    driver.controlled(Outcomes.failed(Kind.REFUSED, 400, "max_tokens", Mark.JSON));
    assertThat(driver.controls.getFirst().isByLine()).isTrue();
    driver.controlledOk();
    driver.advance(40_000);
    driver.succeedAll();

    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void whereNoControlCallTellsTriesAreSpreadOverAnHour() {
    driver.start(1, 1);
    LineId line = driver.sent.peekFirst();

    for (int minute = 0; minute < 120 && failures() == 0; minute++) {
      failAll(Outcomes.failed(Kind.BROKEN, 500, "500", Mark.JSON));
      driver.advance(60_000);
      while (!driver.controls.isEmpty()) {
        driver.controlled(Outcomes.failed(Kind.REFUSED, 422, "no such url", Mark.JSON));
      }
    }

    assertThat(driver.finished).containsExactly(1L);
    assertThat(calls(line)).isBetween(9, 11);
    assertThat(driver.now - 1_000_000).isBetween(2_700_000L, 5_400_000L);
  }

  @Test
  void withoutControlCallsSilenceIsWaitedOut() {
    driver =
        new EngineDriver(
            EngineLimits.defaults().withControlCalls(false),
            new UpstreamSpec("a", Set.of(EngineDriver.MODEL), 4));
    driver.start(1, 4);
    for (int minute = 0; minute < 600; minute++) {
      failAll(Outcomes.reset());
      driver.advance(60_000);
    }
    assertThat(failures()).isZero();
    driver.succeedAll();
    driver.advance(60_000);
    driver.succeedAll();

    assertThat(driver.controls).isEmpty();
    assertThat(driver.finished).containsExactly(1L);
    assertThat(failures()).isZero();
  }
}
