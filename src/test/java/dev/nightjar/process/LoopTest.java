package dev.nightjar.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("K2")
class LoopTest {
  private static final Duration SOON = Duration.ofMillis(1);
  private static final Duration NEVER = Duration.ofDays(1);

  private final AtomicInteger turns = new AtomicInteger();
  private final BlockingQueue<Integer> done = new LinkedBlockingQueue<>();

  private int next() {
    int turn = turns.incrementAndGet();
    done.add(turn);
    return turn;
  }

  private void awaitTurn(int turn) throws InterruptedException {
    assertThat(done.poll(30, TimeUnit.SECONDS)).isEqualTo(turn);
  }

  @Test
  void turnsFollowEachOther() throws InterruptedException {
    try (Loop loop = Loop.every(SOON, "counting", this::next)) {
      loop.start();

      awaitTurn(1);
      awaitTurn(2);
      awaitTurn(3);
    }
  }

  @Test
  void turnThatFailsIsNotTheLast() throws InterruptedException {
    try (Loop loop =
        Loop.every(
            SOON,
            "failing",
            () -> {
              switch (next()) {
                case 1 -> throw new IllegalStateException("a mistake");
                case 2 -> throw new IOException("a broken disk");
                case 3 -> throw new AssertionError("a mistake");
                default -> {}
              }
            })) {
      loop.start();

      awaitTurn(1);
      awaitTurn(2);
      awaitTurn(3);
      awaitTurn(4);
    }
  }

  @Test
  void firstTurnComesAfterAPeriodOrWhenSomebodyWakesIt() throws InterruptedException {
    try (Loop loop = Loop.every(NEVER, "waiting", this::next)) {
      loop.start();
      loop.wake();

      awaitTurn(1);
      assertThat(done).isEmpty();
    }
  }

  @Test
  void wakeDuringATurnIsNotLost() throws InterruptedException {
    var mayEnd = new CountDownLatch(1);
    try (Loop loop =
        Loop.every(
            NEVER,
            "waiting",
            () -> {
              next();
              mayEnd.await();
            })) {
      loop.wake();
      loop.start();
      awaitTurn(1);

      loop.wake();
      mayEnd.countDown();

      awaitTurn(2);
    }
  }

  @Test
  void turnSaysWhenTheNextOneComes() throws InterruptedException {
    try (var loop = new Loop("resting", SOON, () -> next() < 3 ? SOON : NEVER)) {
      loop.start();

      awaitTurn(1);
      awaitTurn(2);
      awaitTurn(3);
    }
    assertThat(turns).hasValue(3);
  }

  @Test
  @Timeout(60)
  void closeWaitsForTheTurnUnderWayAndNoOtherFollows() throws InterruptedException {
    var hasBegun = new CountDownLatch(1);
    var mayEnd = new CountDownLatch(1);
    var hasEnded = new AtomicBoolean();
    var loop =
        new Loop(
            "slow",
            SOON,
            () -> {
              hasBegun.countDown();
              mayEnd.await();
              hasEnded.set(next() == 1);
              return Duration.ZERO;
            });
    loop.start();
    hasBegun.await();
    Thread closing = Thread.ofPlatform().start(loop::close);
    while (closing.getState() != Thread.State.TIMED_WAITING) {
      LockSupport.parkNanos(1_000_000L);
    }

    mayEnd.countDown();
    closing.join();

    assertThat(hasEnded).isTrue();
    assertThat(turns).hasValue(1);
  }

  @Test
  void turnMayCloseItsOwnLoop() throws InterruptedException {
    var loop = new Loop[1];
    loop[0] =
        Loop.every(
            SOON,
            "ending",
            () -> {
              loop[0].close();
              next();
            });
    loop[0].start();

    awaitTurn(1);
    loop[0].close();

    assertThat(turns).hasValue(1);
  }

  @Test
  void whatNeverStartedCanBeClosed() {
    Loop.every(SOON, "idle", this::next).close();

    assertThat(turns).hasValue(0);
  }
}
