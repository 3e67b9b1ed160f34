package dev.nightjar.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.ValidationMemory.Share;
import dev.nightjar.engine.ValidationMemory.Use;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Validations share memory: they wait for each other rather than fail. */
class ValidationMemoryTest {
  private final ValidationMemory memory = new ValidationMemory(100);
  private final Share older = memory.open();
  private final Share younger = memory.open();
  private final AtomicBoolean isCancelled = new AtomicBoolean();
  private final CountDownLatch waits = new CountDownLatch(1);
  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  @BeforeEach
  void shareAlmostAll() {
    take(older, 60);
    take(younger, 30);
  }

  @AfterEach
  void stop() {
    thread.shutdownNow();
  }

  private void take(Share share, long bytes) {
    share.take(bytes, isCancelled::get, waits::countDown);
  }

  private Future<?> takeInVain(Share share, long bytes) throws InterruptedException {
    Future<?> waiting = thread.submit(() -> take(share, bytes));
    assertThat(waits.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(memory.use()).isEqualTo(new Use(90, 2, 1));
    return waiting;
  }

  @Test
  void youngerWaitsUntilTheOlderHasEnded() throws Exception {
    Future<?> waiting = takeInVain(younger, 20);

    older.close();

    waiting.get(10, TimeUnit.SECONDS);
    assertThat(memory.use()).isEqualTo(new Use(50, 1, 0));
  }

  @Test
  void oldestNeverWaitsHoweverMuchItWants() {
    take(older, 1_000);

    assertThat(memory.use()).isEqualTo(new Use(1_090, 2, 0));
  }

  @Test
  void firstPieceIsNeverWaitedFor() {
    take(older, 1_000);

    try (Share third = memory.open()) {
      take(third, 5);

      assertThat(memory.use()).isEqualTo(new Use(1_095, 3, 0));
    }
    assertThat(memory.use().bytes()).isEqualTo(1_090);
  }

  @Test
  void cancelledValidationDoesNotWait() throws Exception {
    Future<?> waiting = takeInVain(younger, 20);

    isCancelled.set(true);

    waiting.get(10, TimeUnit.SECONDS);
  }

  @Test
  void interruptedValidationDoesNotWait() throws Exception {
    var _ = takeInVain(younger, 20);

    thread.shutdownNow();

    assertThat(thread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(memory.use().waiting()).isZero();
  }
}
