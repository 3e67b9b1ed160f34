package dev.nightjar.engine.stepped;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.stepped.CrashRun.DeathAt;
import dev.nightjar.testing.Survival;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The server dies between any two things that it does, and nothing is lost. A batch of 200 lines in
 * three chunks runs from its upload to its end; before each call, each transaction, and each write,
 * force, rename and delete of a file there is a point to die at. After a death the next life begins
 * with what a power cut may have left, and goes on to the end: {@link CrashAudit} says what must
 * hold then. {@code ./build test -Dtest=CrashSweepTest -DexcludedGroups=} tries every point.
 */
@Execution(ExecutionMode.CONCURRENT)
@Order(1)
class CrashSweepTest {
  private static final long SEED = 1;
  private static final int SAMPLE = 8;

  @ParameterizedTest
  @EnumSource(CrashScenario.class)
  void deathAtSomePointsLosesNothing(CrashScenario scenario) throws IOException {
    long seed = System.nanoTime();
    int points = points(scenario, SEED);
    int runs = sweep(scenario, SEED, new SplittableRandom(seed).ints(SAMPLE, 1, points + 1));

    System.err.println(
        "%s: %d of %d points, %d runs, chosen by seed %d"
            .formatted(scenario, SAMPLE, points, runs, seed));
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource(CrashScenario.class)
  void deathAtEveryPointLosesNothing(CrashScenario scenario) throws IOException {
    int points = points(scenario, SEED);
    int runs = sweep(scenario, SEED, IntStream.rangeClosed(1, points));

    System.err.println("%s: all %d points, %d runs".formatted(scenario, points, runs));
  }

  @ParameterizedTest
  @EnumSource(CrashScenario.class)
  void secondDeathDuringRecoveryLosesNothing(CrashScenario scenario) throws IOException {
    dieTwice(scenario, 5);
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource(CrashScenario.class)
  void secondDeathDuringRecoveryLosesNothingAtManyPoints(CrashScenario scenario)
      throws IOException {
    dieTwice(scenario, Integer.getInteger("crash.pairs", 15));
  }

  @Test
  void pointsCoverAllThatTheServerDoes() throws IOException {
    List<String> points = CrashRun.points(CrashScenario.EXPIRES, SEED, CrashBugs::none);

    assertThat(points.stream().map(CrashSweepTest::kind).distinct())
        .containsExactlyInAnyOrder(
            "validation",
            "claim",
            "call",
            "seal",
            "create objects",
            "write objects",
            "force objects",
            "rename objects",
            "delete objects",
            "make directory",
            "force directory",
            "create journal",
            "write journal",
            "force journal",
            "delete journal",
            "transaction release chunks",
            "transaction insert file",
            "transaction create batch",
            "transaction begin",
            "transaction claim",
            "transaction expire",
            "transaction seal",
            "transaction finish");
  }

  private static String kind(String point) {
    return point
        .replace("the return of ", "")
        .replace("transaction: ", "transaction ")
        .replaceFirst("write \\d+ bytes to", "write")
        .replaceFirst("(directory|objects|journal)[ /].*", "$1");
  }

  /** What runs on several threads may happen in any order: each seed has another. */
  @Tag("full")
  @ParameterizedTest
  @EnumSource(CrashScenario.class)
  void deathLosesNothingInOtherOrders(CrashScenario scenario) throws IOException {
    long seed = System.nanoTime();
    System.err.println("%s: orders by seed %d".formatted(scenario, seed));
    var random = new SplittableRandom(seed);
    for (int i = 0; i < Integer.getInteger("crash.orders", 3); i++) {
      long order = random.nextLong();
      int points = points(scenario, order);
      sweep(scenario, order, random.ints(4, 1, points + 1));
    }
  }

  @Test
  void sameSeedHasTheSamePoints() throws IOException {
    CrashScenario scenario = CrashScenario.CANCELLED_WHILE_RUNNING;

    List<String> once = CrashRun.points(scenario, SEED, CrashBugs::none);

    assertThat(CrashRun.points(scenario, SEED, CrashBugs::none)).isEqualTo(once);
  }

  private static int points(CrashScenario scenario, long seed) throws IOException {
    return CrashRun.points(scenario, seed, CrashBugs::none).size();
  }

  /** Each point with nothing, all and some of what was not forced; runs made. */
  private static int sweep(CrashScenario scenario, long seed, IntStream points) throws IOException {
    int runs = 0;
    for (int point : points.toArray()) {
      runs++;
      if (CrashRun.run(scenario, seed, death(point, Survival.NOTHING))) {
        CrashRun.run(scenario, seed, death(point, Survival.EVERYTHING));
        CrashRun.run(scenario, seed, death(point, Survival.THE_KERNEL));
        CrashRun.run(scenario, seed, death(point, Survival.random(point)));
        runs += 3;
      }
    }
    return runs;
  }

  private static void dieTwice(CrashScenario scenario, int pairs) throws IOException {
    long seed = System.nanoTime();
    System.err.println("%s: %d pairs of deaths by seed %d".formatted(scenario, pairs, seed));
    var random = new SplittableRandom(seed);
    int points = points(scenario, SEED);
    for (int i = 0; i < pairs; i++) {
      DeathAt first = death(random.nextInt(1, points + 1), Survival.random(random.nextLong()));
      int left = Math.max(2, points - first.point());
      // Half of them soon: while the stores open and chunks are claimed again.
      int second = random.nextInt(1, random.nextBoolean() ? Math.min(left, 20) : left);
      CrashRun.run(scenario, SEED, first, death(second, Survival.random(random.nextLong())));
    }
  }

  private static DeathAt death(int point, Survival survival) {
    return new DeathAt(point, survival);
  }
}
