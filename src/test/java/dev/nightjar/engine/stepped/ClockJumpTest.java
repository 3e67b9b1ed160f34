package dev.nightjar.engine.stepped;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.file.StoredFile;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The system's clock jumps, the machine sleeps and the server starts anew while its batches have
 * deadlines and its files are deleted: the real engine, stores and sweep, in one thread and by a
 * time that the test moves.
 */
@Tag("K3")
class ClockJumpTest {
  private static final int NEVER_THROTTLED = 1_000_000;
  private static final int SEEDS = Integer.getInteger("clock.seeds", 10);
  private static final int LINES = 5_000;
  private static final Duration HORIZON = Duration.ofHours(30);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** A clock that is wrong for much longer counts. */
  private static final Duration WRONG = Duration.ofMinutes(12);

  @Test
  void throttledLaneOpensThoughTheClockIsSetBack() throws Exception {
    try (var run = new JumpyRun(1, NEVER_THROTTLED)) {
      run.create(1, true, "24h");
      run.go(MINUTE);
      assertThat(run.upstream.hopelessCalls()).as("a line and a control call").isEqualTo(2);

      run.time.setOff(Duration.ofHours(-2).toMillis());
      run.go(HOUR);
      assertThat(run.upstream.hopelessCalls()).isEqualTo(3);
      run.go(HOUR);

      assertThat(run.upstream.hopelessCalls()).as("after it counts").isEqualTo(4);
    }
  }

  @Test
  void clockThatIsAheadForAMomentExpiresNothing() throws Exception {
    try (var run = new JumpyRun(1, NEVER_THROTTLED)) {
      Batch before = run.create(1, true, "2h");
      run.go(MINUTE);

      run.time.setOff(Duration.ofHours(25).toMillis());
      run.go(Duration.ofSeconds(3));
      Batch meanwhile = run.create(1, true, "2h");
      run.time.setOff(0);
      run.go(MINUTE);
      Batch after = run.create(1, true, "2h");
      run.go(Duration.ofMinutes(115));

      for (Batch batch : List.of(before, meanwhile, after)) {
        assertThat(run.batch(batch).status()).isEqualTo(BatchStatus.IN_PROGRESS);
      }
      run.go(Duration.ofMinutes(10));
      for (Batch batch : List.of(before, meanwhile, after)) {
        assertThat(run.batch(batch).status()).isEqualTo(BatchStatus.EXPIRED);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clockThatIsAheadForMinutesDeletesNothing(boolean isStartedMeanwhile) throws Exception {
    try (var run = new JumpyRun(1, NEVER_THROTTLED)) {
      StoredFile young = run.upload(Duration.ofDays(30));
      run.go(Duration.ofHours(3));

      run.time.setOff(Duration.ofDays(40).toMillis());
      if (isStartedMeanwhile) {
        run.restart(MINUTE);
      }
      run.go(Duration.ofMinutes(5));
      run.time.setOff(0);
      run.go(Duration.ofHours(5));

      assertThat(run.isThere(young)).isTrue();
    }
  }

  @Test
  void startInTheMiddleOfAJumpExpiresNothing() throws Exception {
    try (var run = new JumpyRun(1, NEVER_THROTTLED)) {
      Batch batch = run.create(1, true, "24h");
      run.go(HOUR);

      run.time.setOff(Duration.ofHours(25).toMillis());
      run.restart(MINUTE);
      run.go(Duration.ofMinutes(10));
      run.time.setOff(0);
      run.go(HOUR);

      assertThat(run.batch(batch).status()).isEqualTo(BatchStatus.IN_PROGRESS);
    }
  }

  @Test
  void deadlineThatPassedInASleepCountsAQuarterOfAnHourAfterIt() throws Exception {
    try (var run = new JumpyRun(1, NEVER_THROTTLED)) {
      Batch batch = run.create(1, true, "24h");
      run.go(HOUR);

      run.time.sleep(Duration.ofHours(30).toMillis());
      run.go(Duration.ofMinutes(14));
      assertThat(run.batch(batch).status()).isEqualTo(BatchStatus.IN_PROGRESS);
      run.go(Duration.ofMinutes(2));

      assertThat(run.batch(batch).status()).isEqualTo(BatchStatus.EXPIRED);
    }
  }

  @Test
  void nothingIsEarlyLateOrStillHoweverTheClockJumps() throws Exception {
    long first = Long.getLong("clock.seed", System.nanoTime());
    int expired = 0;
    int jumps = 0;
    for (long seed = first; seed < first + SEEDS; seed++) {
      try (var run = new JumpyRun(seed, new SplittableRandom(seed).nextInt(30, 400))) {
        var chance = new Chance(run, new SplittableRandom(seed + 2));
        expired += chance.play() == BatchStatus.EXPIRED ? 1 : 0;
        jumps += chance.jumps;
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Dclock.seeds=1 -Dclock.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
    System.err.printf(
        "clock jumps: %d seeds from %d, %d jumps, %d batches of %,d expired%n",
        SEEDS, first, jumps, expired, LINES);
  }

  /** What a seed makes happen. */
  private static final class Chance {
    final JumpyRun run;
    final RandomGenerator random;
    final List<StoredFile> files = new ArrayList<>();
    int jumps;
    private int acts;

    Chance(JumpyRun run, RandomGenerator random) {
      this.run = run;
      this.random = random;
    }

    BatchStatus play() throws IOException, InterruptedException {
      Batch batch = run.create(LINES, false, "24h");
      long end = run.time.now() + HORIZON.toMillis();
      while (run.time.now() < end) {
        run.go(seconds(1, 2_400));
        happen();
      }
      long limit = run.time.now() + Duration.ofHours(12).toMillis();
      while (!run.isDone()) {
        assertThat(run.time.now()).as("all is done").isLessThan(limit);
        run.go(HOUR);
      }
      run.checkLines(batch, LINES);
      return run.batch(batch).status();
    }

    private void happen() throws IOException, InterruptedException {
      switch (random.nextInt(10)) {
        case 0 -> run.time.sleep(seconds(1, 6 * 3_600).toMillis());
        case 1 -> run.restart(seconds(1, 1_800));
        case 2, 3, 4, 5, 6 -> jump();
        default -> {
          if (run.isTimeRight()) {
            act();
          }
        }
      }
    }

    /** To one or more wrong times, and back before any of them counts. */
    private void jump() throws IOException, InterruptedException {
      long counts = run.time.now() + WRONG.toMillis();
      do {
        jumps++;
        run.time.setOff(off());
        if (random.nextInt(4) == 0) {
          run.go(seconds(0, 60));
          run.restart(seconds(1, 60));
        }
        long left = Math.max(2, (counts - run.time.now()) / 1_000);
        run.go(seconds(1, random.nextBoolean() ? 10 : (int) left));
        if (run.isTimeRight() && random.nextInt(4) == 0) {
          act();
        }
      } while (random.nextInt(3) == 0 && run.time.now() < counts);
      run.time.setOff(0);
    }

    private long off() {
      Duration max =
          switch (random.nextInt(4)) {
            case 0 -> Duration.ofSeconds(29);
            case 1 -> Duration.ofMinutes(10);
            case 2 -> Duration.ofHours(30);
            default -> Duration.ofDays(30);
          };
      long off = random.nextLong(1, max.toMillis());
      return random.nextBoolean() ? -off : off < MINUTE.toMillis() ? off : off + off / 3;
    }

    private void act() throws IOException {
      acts++;
      switch (random.nextInt(4)) {
        case 0 -> run.create(3, true, random.nextBoolean() ? "30m" : "5h");
        case 1 -> files.add(run.upload(seconds(3_600, 36_000)));
        case 2 -> run.orphan("orphan-" + acts);
        default -> {
          StoredFile file = run.upload(Duration.ofDays(30));
          run.delete(file.id());
        }
      }
    }

    private Duration seconds(int from, int to) {
      return Duration.ofSeconds(random.nextInt(from, to));
    }
  }
}
