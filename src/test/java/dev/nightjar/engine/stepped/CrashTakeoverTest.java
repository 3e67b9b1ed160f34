package dev.nightjar.engine.stepped;

import dev.nightjar.engine.stepped.CrashTakeover.Moment;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rules R1 and R2: only the owner of the current epoch appends and seals. */
class CrashTakeoverTest {
  private static final int STEPS = 1_000;

  @ParameterizedTest
  @EnumSource(
      value = CrashScenario.class,
      names = {"RUNS_TO_ITS_END", "CANCELLED_WHILE_RUNNING", "EXPIRES"})
  void earlierOwnerChangesNothingWhenItWakesUp(CrashScenario scenario) throws IOException {
    long seed = System.nanoTime();
    System.err.println("takeovers of %s by seed %d".formatted(scenario, seed));
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 8; i++) {
      var moment = new Moment(random.nextInt(STEPS), random.nextBoolean());
      CrashTakeover.run(scenario, random.nextLong(), moment, CrashBugs::none);
    }
  }
}
