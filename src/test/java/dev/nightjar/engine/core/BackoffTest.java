package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Event;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What our own machine fails at: said on the batch, tried less and less often, never given up. */
class BackoffTest {
  private static final int TEN_MINUTES = 600_000;

  /** WaitReasons of 1, 2, 4 … 32 seconds, then of a minute each. */
  private static final int TRIES_IN_TEN_MINUTES = 16;

  private final EngineDriver driver = new EngineDriver(4);

  private @Nullable String reason() {
    return driver.live(1).reason();
  }

  @Test
  void batchWhoseInputIsLostWaitsWithAReasonAndGoesOnWhenItIsBack() {
    driver.claimsFail = "the input is missing";
    driver.start(1, 100);

    driver.advance(TEN_MINUTES);

    assertThat(driver.sent).isEmpty();
    assertThat(reason()).isEqualTo("the input is missing");
    assertThat(driver.failures).isBetween(10, TRIES_IN_TEN_MINUTES);
    driver.claimsFail = null;
    driver.advance(60_000);
    assertThat(reason()).isNull();
    driver.succeedAll();
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void cancelOfABatchWhoseInputIsLostDoesNotWaitForIt() {
    driver.claimsFail = "the input is missing";
    driver.start(1, 100);
    driver.advance(TEN_MINUTES);

    driver.post(new Event.Stopping(1, Ending.CANCELLED));

    assertThat(driver.seals).hasSize(7).allMatch(seal -> seal.ending() == Ending.CANCELLED);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void deadlineEndsABatchWhoseInputIsLost() {
    driver.claimsFail = "the input is missing";
    driver.start(1, 100, driver.now + 90_000);

    driver.advance(90_001);

    assertThat(driver.seals).hasSize(7).allMatch(seal -> seal.ending() == Ending.EXPIRED);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void chunkThatCannotBeSealedIsTriedLessAndLessOften() {
    driver.start(1, 16);
    driver.sealsFail = "no space left";

    driver.succeedAll();
    driver.advance(TEN_MINUTES);

    assertThat(reason()).isEqualTo("no space left");
    assertThat(driver.failures).isBetween(10, TRIES_IN_TEN_MINUTES);
    driver.sealsFail = null;
    driver.advance(60_000);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void batchThatCannotBeFinishedSaysWhyUntilItCan() {
    driver.start(1, 16);
    driver.finishesFail = "an object is missing";

    driver.succeedAll();
    driver.advance(TEN_MINUTES);

    assertThat(reason()).isEqualTo("an object is missing");
    assertThat(driver.failures).isBetween(10, TRIES_IN_TEN_MINUTES);
    driver.finishesFail = null;
    driver.advance(60_000);
    assertThat(driver.finished).containsExactly(1L);
  }

  @Test
  void lineThatOurDiskKeepsFromItsAnswerIsSentLessAndLessOften() {
    driver.start(1, 1);

    for (int i = 0; i < TEN_MINUTES / 1_000; i++) {
      List.copyOf(driver.sent)
          .forEach(line -> driver.end(line, new CallOutcome.LocalFault("no space left")));
      driver.advance(1_000);
    }

    assertThat(reason()).isEqualTo("no space left");
    assertThat(driver.sends).isBetween(10, TRIES_IN_TEN_MINUTES);
    driver.advance(60_000);
    driver.succeedAll();
    assertThat(driver.appended).hasSize(1).allMatch(pending -> pending.answer().isSuccess());
    assertThat(driver.finished).containsExactly(1L);
  }
}
