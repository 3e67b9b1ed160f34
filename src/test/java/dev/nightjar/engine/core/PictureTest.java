package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Picture;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is seen of the engine. */
class PictureTest {
  private static final int MANY = 100_000;
  private static final int PICTURES = 100;

  private final EngineDriver driver = new EngineDriver(4);

  @Test
  void batchIsInItWhileSomethingOfItIsUnderWay() {
    driver.start(1, 16);
    driver.start(2, 160);
    assertThat(driver.engine.picture().running()).containsOnlyKeys(1L);

    driver.succeedAll();

    Picture after = driver.engine.picture();
    assertThat(after.running()).isEmpty();
    assertThat(after.waiting().byModel()).isEmpty();
    assertThat(after.figures().done().completed()).isEqualTo(176);
  }

  @Test
  void batchThatWaitsForAReasonOfItsOwnIsInIt() {
    driver.claimsFail = "its input is lost";

    driver.start(1, 16);

    assertThat(driver.live(1).reason()).isEqualTo("its input is lost");
    assertThat(driver.engine.picture().running()).containsOnlyKeys(1L);
  }

  @Test
  void batchThatExpiresOrIsStoppedIsInIt() {
    driver.isStoreSlow = true;
    driver.start(1, 16);
    driver.start(2, 16, driver.now + 1_000);
    driver.start(3, 16);
    driver.advance(2_000);
    driver.post(new Event.Stopping(3, Ending.CANCELLED));

    assertThat(driver.engine.picture().running()).containsOnlyKeys(1L, 2L, 3L);
  }

  @Test
  void othersOfItsModelSayWhyItWaits() {
    driver.start(1, 16);
    driver.start(2, 16);
    driver.start(3, 16);
    assertThat(driver.engine.picture().waiting().byModel())
        .containsEntry(EngineDriver.MODEL, "all calls that may be made are those of other batches");

    driver.end(driver.takeSent(), Outcomes.throttled("slow down", Duration.ofMinutes(1)));
    driver.end(driver.takeSent(), Outcomes.throttled("slow down", Duration.ofMinutes(1)));

    assertThat(driver.engine.picture().waiting().byModel())
        .containsEntry(EngineDriver.MODEL, "slow down");
  }

  @Test
  void pictureOfManyThatWaitIsSmall() {
    driver.start(0, 1_000);
    for (long batch = 1; batch <= MANY; batch++) {
      driver.start(batch, 16);
      driver.post(new Event.Submitted(-batch, "project", 1, 1, Long.MAX_VALUE));
    }
    int seen = driver.engine.picture().running().size();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long begun = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < PICTURES; i++) {
      seen = Math.max(seen, driver.engine.picture().running().size());
    }
    long micros = (threads.getCurrentThreadCpuTime() - begun) / PICTURES / 1_000;

    System.out.printf("a picture of %d batches that wait: %d µs of CPU%n", 2 * MANY, micros);
    assertThat(seen).isLessThan(10);
    assertThat(driver.engine.picture().validating()).hasSizeLessThan(10);
    assertThat(driver.engine.picture().waiting().validation()).contains("its turn");
  }
}
