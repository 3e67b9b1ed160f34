package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.LineId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An upstream that says that calls are too many. */
@Tag("F1")
class ThrottleTest {
  private final EngineDriver driver = new EngineDriver(4);

  private void failAll(CallOutcome outcome) {
    while (!driver.sent.isEmpty()) {
      driver.end(driver.takeSent(), outcome);
    }
  }

  @Test
  void laneOfWhichTwoLinesAreThrottledWaitsAsLongAsItWasToldAndSpendsNothing() {
    driver.start(1, 100);
    LineId first = driver.takeSent();
    LineId second = driver.takeSent();

    driver.end(first, Outcomes.throttled("429", Duration.ofSeconds(7)));
    driver.end(second, Outcomes.throttled("429", Duration.ofSeconds(7)));
    driver.succeedAll();
    int sends = driver.sends;
    driver.advance(6_900);
    assertThat(driver.sends).isEqualTo(sends);
    assertThat(driver.live(1).reason()).isEqualTo("429");
    driver.advance(200);

    assertThat(driver.sent).as("fewer than before").hasSize(3);
    driver.succeedAll();
    driver.advance(60_000);
    driver.succeedAll();
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void upstreamThatAsksForYearsIsAskedAgainAfterAnHour() {
    driver.start(1, 4);
    failAll(Outcomes.throttled("429", Duration.ofDays(3_000)));

    driver.advance(3_599_000);
    assertThat(driver.sent).isEmpty();
    assertThat(driver.controls).isEmpty();
    driver.advance(3_000);

    assertThat(driver.sent.size() + driver.controls.size()).isPositive();
  }

  @Test
  void upstreamThatAsksForNoWaitIsNotHammered() {
    driver.start(1, 100);

    int sends = 0;
    for (int second = 0; second < 100; second++) {
      failAll(Outcomes.throttled("429", Duration.ZERO));
      while (!driver.controls.isEmpty()) {
        driver.controlled(Outcomes.throttled("429", Duration.ZERO));
      }
      driver.advance(1_000);
      assertThat(driver.sends - sends).as("second %d", second).isLessThan(20);
      sends = driver.sends;
    }
  }

  @Test
  void upstreamThatRefusedAllForAMinuteIsAtFullSpeedSoonAfter() {
    var wide = new EngineDriver(64);
    wide.start(1, 10_000);
    for (int second = 0; second < 5; second++) {
      endAll(wide, Outcomes.ok());
    }

    for (int second = 0; second < 2; second++) {
      endAll(wide, Outcomes.throttled("429", null), Outcomes.ok());
    }
    for (int second = 0; second < 60; second++) {
      endAll(wide, Outcomes.throttled("429", null));
    }
    for (int second = 0; second < 10; second++) {
      endAll(wide, Outcomes.ok());
    }

    assertThat(wide.sent).hasSize(64);
  }

  /** Those under way end, one like this and one like that, and a second passes. */
  private static void endAll(EngineDriver driver, CallOutcome... outcomes) {
    int i = 0;
    for (LineId line : List.copyOf(driver.sent)) {
      driver.end(line, outcomes[i++ % outcomes.length]);
    }
    for (int left = driver.controls.size(); left > 0; left--) {
      driver.controlled(outcomes[0]);
    }
    driver.advance(1_000);
  }
}
