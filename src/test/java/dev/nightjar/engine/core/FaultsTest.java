package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.LineId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose fault decides what happens to a line: docs/design.md#whose-fault. */
class FaultsTest {
  private static final CallOutcome LINE_FAULT = EngineDriver.broken();
  private static final CallOutcome SUSPICIOUS = EngineDriver.reset();
  private static final CallOutcome UNREACHABLE = EngineDriver.unreachable("refused");

  private final EngineDriver driver = new EngineDriver(4);

  @Test
  void throttledLaneWaitsAsLongAsItWasToldAndTheRowSpendsNoAttempt() {
    driver.start(1, 4);
    LineId line = driver.takeSent();
    driver.succeedAll();

    driver.end(line, EngineDriver.throttled("429", Duration.ofSeconds(7)));
    driver.advance(6_900);
    assertThat(driver.sent).isEmpty();
    driver.advance(200);

    assertThat(driver.sent).containsExactly(line);
    assertThat(driver.line(line).attempts()).isZero();
    assertThat(driver.probes).isEmpty();
  }

  @Test
  void outageOfAThousandTriesCostsNoRowAnAttempt() {
    driver.start(1, 100);
    List.copyOf(driver.sent).forEach(line -> driver.end(line, UNREACHABLE));

    for (int i = 0; i < 1_000; i++) {
      driver.advance(60_000);
      driver.probed("refused");
    }
    assertThat(driver.sent).isEmpty();
    assertThat(driver.live(1).reason()).isEqualTo("refused");
    driver.advance(60_000);
    driver.probed(null);
    driver.succeedAll();

    assertThat(driver.finished).containsExactly(1L);
    assertThat(driver.appended).hasSize(100).allMatch(p -> p.answer().isSuccess());
  }

  @Test
  void afterALongOutageOneCallIsTriedBeforeTheLaneOpensFully() {
    driver.start(1, 100);
    List.copyOf(driver.sent).forEach(line -> driver.end(line, UNREACHABLE));
    for (int i = 0; i < 5; i++) {
      driver.advance(60_000);
      driver.probed("refused");
    }

    driver.advance(60_000);
    driver.probed(null);
    assertThat(driver.sent).hasSize(1);
    driver.succeed(driver.takeSent());

    assertThat(driver.sent).hasSize(4);
  }

  @Test
  void failuresOfCallsFromBeforeAPauseDoNotPauseAgain() {
    driver.start(1, 100);
    List<LineId> calls = List.copyOf(driver.sent);
    driver.end(calls.get(0), EngineDriver.throttled("429", Duration.ofMillis(10)));
    driver.advance(20);
    int before = driver.sends;

    driver.end(calls.get(1), EngineDriver.throttled("429", Duration.ofMillis(10)));

    assertThat(driver.sends).isEqualTo(before + 1);
  }

  @Test
  void rowIsTriedFiveTimesThenGetsItsError() {
    driver.start(1, 1);

    for (int attempt = 1; attempt <= 5; attempt++) {
      assertThat(driver.sends).isEqualTo(attempt);
      driver.end(driver.takeSent(), LINE_FAULT);
      driver.advance(30_000);
    }

    assertThat(driver.sends).isEqualTo(5);
    assertThat(driver.appended).singleElement().matches(p -> !p.answer().isSuccess());
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void brokenCallIsTheRowsFaultWhenTheProbeSucceeds() {
    driver.start(1, 1);
    LineId line = driver.takeSent();

    driver.end(line, SUSPICIOUS);
    assertThat(driver.probes).hasSize(1);
    driver.probed(null);

    assertThat(driver.line(line).attempts()).isEqualTo(1);
    assertThat(driver.line(line).outages()).isZero();
  }

  @Test
  void brokenCallsAreTheUpstreamsFaultWhenTheProbeFails() {
    driver.start(1, 4);
    List<LineId> calls = List.copyOf(driver.sent);

    calls.forEach(line -> driver.end(line, SUSPICIOUS));
    assertThat(driver.probes).as("one probe for a burst").hasSize(1);
    driver.probed("refused");
    driver.advance(1_000);
    driver.probed(null);

    assertThat(driver.sent).containsExactlyInAnyOrderElementsOf(calls);
    assertThat(calls)
        .allMatch(line -> driver.line(line).attempts() == 0 && driver.line(line).outages() == 1);
  }

  @Test
  void rowThatWasAtThreeOutagesRunsAloneAndFailsIfItBringsTheUpstreamDownAgain() {
    driver.start(1, 40);
    LineId poison = driver.sent.peekFirst();

    for (int outage = 0; outage < 3; outage++) {
      while (!driver.sent.contains(poison)) {
        driver.succeed(driver.sent.peekFirst());
      }
      driver.end(poison, SUSPICIOUS);
      driver.probed("refused");
      driver.advance(60_000);
      driver.probed(null);
    }
    while (!driver.sent.contains(poison)) {
      driver.succeed(driver.sent.peekFirst());
    }
    assertThat(driver.sent).as("nothing beside it").containsExactly(poison);
    driver.end(poison, SUSPICIOUS);
    driver.probed("refused");
    driver.advance(60_000);
    driver.probed(null);
    driver.succeedAll();

    assertThat(driver.finished).containsExactly(1L);
    assertThat(driver.appended).hasSize(40).filteredOn(p -> !p.answer().isSuccess()).hasSize(1);
  }

  @Test
  void noneIsSentAloneWhileAProbeTellsWhatTheOneBeforeDid() {
    driver.start(1, 2);
    for (int outage = 0; outage < 3; outage++) {
      List.copyOf(driver.sent).forEach(line -> driver.end(line, SUSPICIOUS));
      driver.probed("refused");
      driver.advance(3_000);
      driver.probed(null);
      driver.advance(3_000);
    }
    assertThat(driver.sent).as("both were at three outages").hasSize(1);

    driver.end(driver.takeSent(), SUSPICIOUS);
    assertThat(driver.sent).isEmpty();
    driver.probed("refused");
    driver.advance(3_000);
    driver.probed(null);
    assertThat(driver.sent).hasSize(1);
    driver.succeed(driver.takeSent());

    assertThat(driver.finished).containsExactly(1L);
    assertThat(driver.appended).hasSize(2).filteredOn(p -> !p.answer().isSuccess()).hasSize(1);
  }

  @Test
  void refusedKeyPausesForAMinuteAndFailsNoRow() {
    driver.start(1, 4);
    List.copyOf(driver.sent).forEach(line -> driver.end(line, EngineDriver.denied()));

    driver.advance(59_000);
    assertThat(driver.probes).isEmpty();
    driver.advance(2_000);
    driver.probed(null);
    driver.succeedAll();

    assertThat(driver.appended).hasSize(4).allMatch(p -> p.answer().isSuccess());
  }

  @Test
  void upstreamThatIsDownIsProbedEveryThreeSecondsHoweverLongItIsDown() {
    driver.start(1, 100);
    List.copyOf(driver.sent).forEach(line -> driver.end(line, UNREACHABLE));

    for (int i = 0; i < 200; i++) {
      driver.advance(3_000);
      assertThat(driver.probes).as("probe %d", i).hasSize(1);
      driver.probed("refused");
      assertThat(driver.probes).as("not at once").isEmpty();
    }
  }

  @Test
  void laneOpensFullyWhenTheCallThatIsTriedFirstOnlyTakesLong() {
    driver.start(1, 100);
    List.copyOf(driver.sent).forEach(line -> driver.end(line, UNREACHABLE));
    driver.advance(3_000);
    driver.probed("refused");
    driver.advance(3_000);

    driver.probed(null);
    driver.advance(2_900);
    assertThat(driver.sent).hasSize(1);
    driver.advance(100);

    assertThat(driver.sent).hasSize(4);
  }

  @Test
  void trialThatFailsPausesAgain() {
    driver.start(1, 100);
    List.copyOf(driver.sent).forEach(line -> driver.end(line, UNREACHABLE));
    driver.advance(3_000);
    driver.probed("refused");
    driver.advance(3_000);
    driver.probed(null);

    driver.end(driver.takeSent(), UNREACHABLE);
    assertThat(driver.sent).isEmpty();
    driver.advance(3_000);
    driver.probed(null);

    assertThat(driver.sent).as("one call first, again").hasSize(1);
  }

  @Test
  void keyThatIsStillRefusedIsTriedEachMinute() {
    driver.start(1, 4);
    List.copyOf(driver.sent).forEach(line -> driver.end(line, EngineDriver.denied()));

    for (int minute = 0; minute < 5; minute++) {
      driver.advance(59_000);
      assertThat(driver.probes).isEmpty();
      driver.advance(1_000);
      driver.probed("401");
    }
    driver.advance(60_000);
    driver.probed(null);
    assertThat(driver.sent).hasSize(1);
    driver.end(driver.takeSent(), EngineDriver.denied());
    driver.advance(59_000);

    assertThat(driver.probes).isEmpty();
    assertThat(driver.live(1).reason()).isEqualTo("401");
  }

  @Test
  void upstreamThatAsksForNoWaitIsNotHammered() {
    driver.start(1, 100);

    for (int i = 0; i < 10; i++) {
      List.copyOf(driver.sent)
          .forEach(line -> driver.end(line, EngineDriver.throttled("429", Duration.ZERO)));
      assertThat(driver.sent).isEmpty();
      driver.advance(60_000);
      assertThat(driver.sent).isNotEmpty();
    }
  }

  @Test
  void upstreamThatAsksForYearsIsTriedAfterAnHour() {
    driver.start(1, 4);
    List.copyOf(driver.sent)
        .forEach(line -> driver.end(line, EngineDriver.throttled("429", Duration.ofDays(3_000))));

    driver.advance(3_599_000);
    assertThat(driver.sent).isEmpty();
    driver.advance(1_000);

    assertThat(driver.sent).isNotEmpty();
  }
}
