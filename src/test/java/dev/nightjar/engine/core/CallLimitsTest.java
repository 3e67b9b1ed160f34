package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.ModelNames;
import dev.nightjar.engine.message.UpstreamSpec;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How many calls there may be: of a batch, of a project, and in a minute. */
@Tag("F1")
class CallLimitsTest {
  private static final int SLOTS = 16;

  private final EngineDriver driver = new EngineDriver(SLOTS);

  private long callsOf(long batch) {
    return driver.sent.stream().filter(line -> line.chunk().batch() == batch).count();
  }

  @Test
  void batchWithALimitLeavesTheOtherSlotsToOthersThoughItIsFirst() {
    driver.callsOfBatch = 3;
    driver.start(1, 5_000, driver.now + 1_000_000);
    driver.callsOfBatch = 0;
    driver.start(2, 5_000, driver.now + 2_000_000);

    assertThat(callsOf(1)).isEqualTo(3);
    assertThat(callsOf(2)).isEqualTo(SLOTS - 3);
    for (int i = 0; i < 300; i++) {
      driver.succeed(driver.sent.peekFirst());
      assertThat(callsOf(1)).isLessThanOrEqualTo(3);
      assertThat(driver.sent).as("calls in all").hasSize(SLOTS);
    }
    assertThat(callsOf(1)).isEqualTo(3);
  }

  @Test
  void batchOfOneCallAtATimeEnds() {
    driver.callsOfBatch = 1;
    driver.start(1, 50);

    for (int i = 0; i < 50; i++) {
      assertThat(driver.sent).hasSize(1);
      driver.succeed(driver.sent.peekFirst());
    }

    assertThat(driver.sent).isEmpty();
    assertThat(driver.appended).hasSize(50);
  }

  @Test
  void batchesOfAProjectShareItsLimit() {
    driver.callsOfProject = 4;
    driver.start(1, 500, driver.now + 1_000_000);
    driver.start(2, 500, driver.now + 2_000_000);
    driver.project = "other";
    driver.callsOfProject = 0;
    driver.start(3, 500, driver.now + 3_000_000);

    assertThat(callsOf(1) + callsOf(2)).isEqualTo(4);
    assertThat(callsOf(3)).isEqualTo(SLOTS - 4);
    assertThat(driver.live(2).reason())
        .isEqualTo("the 4 calls that its project may have at a time are under way");
    for (int i = 0; i < 300; i++) {
      driver.succeed(driver.sent.peekFirst());
      assertThat(callsOf(1) + callsOf(2)).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void projectIsForgottenWithItsLastBatch() {
    driver.callsOfProject = 4;
    driver.start(1, 20);
    driver.succeedAll();
    assertThat(driver.finished).containsExactly(1L);

    driver.callsOfProject = 6;
    driver.start(2, 500);

    assertThat(callsOf(2)).isEqualTo(6);
  }

  private static EngineDriver paced(@Nullable Long requests, @Nullable Long tokens) {
    return new EngineDriver(
        new UpstreamSpec(
            "up", ModelNames.of(Set.of(EngineDriver.MODEL)), SLOTS, false, requests, tokens));
  }

  @Test
  void noMoreRequestsAreSentInAMinuteThanTheUpstreamAllows() {
    EngineDriver paced = paced(60L, null);
    paced.start(1, 500);

    int calls = 0;
    for (int second = 0; second < 60; second++) {
      calls += paced.sent.size();
      paced.succeedAll();
      paced.advance(1_000);
    }

    assertThat(calls).isBetween(57, 60);
  }

  @Test
  void whoWaitsForTheNextMinuteSaysSo() {
    EngineDriver paced = paced(null, 60L);
    paced.lineBytes = 240;
    paced.start(1, 50);

    paced.succeedAll();

    assertThat(paced.live(1).reason()).isEqualTo("what up allows in a minute is used up");
    paced.advance(62_000);
    assertThat(paced.sent).hasSize(1);
  }

  /** What it bore in the last minute says nothing then: errors of one call in a hundred did. */
  @Test
  void whoIsBusyForAMomentIsCalledOnAsFastAsItAnswers() {
    EngineDriver driver = paced(null, null);
    driver.start(1, 5_000);
    for (int i = 0; i < 10; i++) {
      LineId one = driver.takeSent();
      LineId other = driver.takeSent();
      driver.end(one, Outcomes.throttled("429", Duration.ofMillis(20)));
      driver.end(other, Outcomes.throttled("429", Duration.ofMillis(20)));
      driver.advance(2_000);
      succeedAtOnce(driver);
    }
    for (int i = 0; i < 5; i++) {
      assertThat(driver.sent).isNotEmpty();
      succeedAtOnce(driver);
    }
  }

  private static void succeedAtOnce(EngineDriver driver) {
    for (int left = driver.sent.size(); left > 0; left--) {
      driver.succeed(driver.takeSent());
    }
  }
}
