package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.BatchStart;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.EngineLimits.Bounds;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.UpstreamSpec;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A batch of which nothing is under way says why. */
@Tag("K1")
class WaitReasonTest {
  private static final long MIB = 1 << 20;

  private static EngineDriver driver(Bounds bounds, int maxInFlight) {
    return new EngineDriver(
        EngineLimits.defaults().withBounds(bounds), new UpstreamSpec("up", Set.of(), maxInFlight));
  }

  private static @Nullable String reason(EngineDriver driver, long batch) {
    return driver.live(batch).reason();
  }

  @Test
  void batchWaitsBehindTheCallsOfOthers() {
    var driver = new EngineDriver(4);
    driver.start(1, 100, 2_000_000);

    driver.start(2, 100, 3_000_000);

    assertThat(reason(driver, 1)).isNull();
    assertThat(reason(driver, 2))
        .isEqualTo("all calls that may be made are those of other batches");
    driver.succeedAll();
    assertThat(driver.finished).containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void batchWaitsForTheMemoryOfCalls() {
    EngineDriver driver = driver(new Bounds(1, MIB, MIB, MIB, 100, MIB), 4);
    driver.start(1, 16, 2_000_000);

    driver.start(2, 16, 3_000_000);

    assertThat(driver.sent).hasSize(1);
    assertThat(reason(driver, 2)).isEqualTo("calls in flight take 0 MiB, and no more may");
    driver.succeedAll();
    assertThat(driver.finished).containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void batchWaitsForAnswersToBeWritten() {
    EngineDriver driver = driver(new Bounds(MIB, 0, MIB, MIB, 100, MIB), 1);
    driver.start(1, 16, 2_000_000);
    driver.isDiskSlow = true;
    driver.succeed(driver.takeSent());

    driver.start(2, 16, 3_000_000);

    assertThat(driver.sent).isEmpty();
    assertThat(reason(driver, 2)).isEqualTo("0 MiB of answers wait to be written, and no more may");
    assertThat(reason(driver, 1)).isNull();
  }

  @Test
  void batchIsHeldWhileThatItsDeadlineHasPassedIsStoredAndOthersGoOn() {
    var driver = new EngineDriver(4);
    driver.start(1, 100, driver.now + 5_000);
    driver.start(2, 100, driver.now + 9_000_000);
    driver.isStoreSlow = true;
    driver.advance(5_001);
    assertThat(reason(driver, 1)).isNull();

    while (driver.sent.stream().anyMatch(line -> line.chunk().batch() == 1)) {
      driver.succeed(driver.takeSent());
    }

    assertThat(reason(driver, 1)).isEqualTo("its deadline has passed, and that is being stored");
    assertThat(driver.sent).hasSize(4).allMatch(line -> line.chunk().batch() == 2);
    assertThat(driver.expired).containsOnlyKeys(1L);
  }

  @Test
  void batchWaitsUntilItsLinesAreRead() {
    var driver = new EngineDriver(4);
    var run =
        new BatchStart(
            1,
            EngineDriver.MODEL,
            EngineDriver.URL,
            Long.MAX_VALUE,
            16,
            1,
            RequestCounts.NONE,
            Usage.NONE,
            null,
            false);

    driver.post(new Event.Tick());
    assertThat(driver.engine.step(new Event.Started(run), driver.now))
        .hasOnlyElementsOfType(Effect.Claim.class);

    assertThat(reason(driver, 1)).isEqualTo("its next lines are being read");
  }

  @Test
  void lineThatFailedWaitsToBeSentAgain() {
    var driver = new EngineDriver(4);
    driver.start(1, 1);

    driver.end(driver.takeSent(), Outcomes.broken());

    assertThat(reason(driver, 1)).isEqualTo("lines that failed wait to be sent again");
    driver.advance(1_000);
    driver.controlledOk();
    assertThat(reason(driver, 1)).isEqualTo("lines that failed wait to be sent again");
    driver.advance(60_000);
    driver.succeedAll();
    assertThat(driver.finished).containsExactly(1L);
  }
}
