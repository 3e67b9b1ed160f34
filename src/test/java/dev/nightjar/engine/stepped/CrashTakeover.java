package dev.nightjar.engine.stepped;

import dev.nightjar.store.Tier;
import dev.nightjar.testing.CrashDisk;
import dev.nightjar.testing.CrashPoints;
import java.io.IOException;
import java.util.SplittableRandom;

/**
 * Two owners: at some moment a second engine takes all chunks over, as if the first were dead,
 * while the first goes on with what it has begun. Its late answers and seals must change nothing.
 */
final class CrashTakeover {
  private static final int STEPS_MAX = 100_000;

  /** How long one of them may get ahead of the other. */
  private static final int TURN_MAX = 40;

  private CrashTakeover() {}

  /** When the second engine takes over: after so many steps, or a seal that waits after these. */
  record Moment(int steps, boolean isBeforeSeal) {
    boolean hasCome(int stepsDone, CrashLife first) {
      return stepsDone >= steps && (!isBeforeSeal || first.isAboutToSeal());
    }
  }

  /** Runs until the batch has ended, and checks all that must hold. */
  static void run(CrashScenario scenario, long seed, Moment moment, CrashBugs.Maker bugs)
      throws IOException {
    var world = CrashWorld.of(scenario, seed);
    CrashPoints points = CrashPoints.immortal();
    try (var folder = new CrashFolder();
        Tier tier =
            CrashStores.open(
                folder.path(), bugs.on(new CrashDisk(folder.path(), points)), points, world);
        var first = new CrashLife(tier, world, points, seed);
        var second = new CrashLife(tier, world, points, seed + 1)) {
      first.start();
      for (int i = 0; !moment.hasCome(i, first) && !world.client().isDone(); i++) {
        if (!world.client().act(tier, first)
            && !first.step()
            && !world.client().look(tier)
            && !world.client().isDone()) {
          first.sleep();
        }
      }
      first.isTakenOver();
      second.start();
      goOn(tier, world, first, second, seed);
      CrashAudit.check(tier, world);
    } catch (AssertionError | RuntimeException | IOException e) {
      throw new AssertionError(
          "%s with seed %d, taken over at %s: %s".formatted(scenario, seed, moment, e.getMessage()),
          e);
    }
  }

  /** Both are about to seal, perhaps the same chunk: the one that may not is the first to. */
  private static boolean isRace(CrashLife first, CrashLife second) {
    return first.isAboutToSeal() && second.isAboutToSeal();
  }

  private static void goOn(
      Tier tier, CrashWorld world, CrashLife first, CrashLife second, long seed)
      throws IOException {
    var random = new SplittableRandom(seed);
    int turnEnds = 0;
    boolean isFirstsTurn = true;
    for (int i = 0; i < STEPS_MAX; i++) {
      if (i == turnEnds) {
        turnEnds += random.nextInt(1, TURN_MAX);
        isFirstsTurn = !isFirstsTurn;
      }
      first.dropClaims();
      boolean isBusy =
          ((isFirstsTurn || isRace(first, second)) && first.step())
              || world.client().act(tier, second)
              || second.step()
              || first.step()
              || world.client().look(tier);
      world.witness().checkSatisfied();
      if (isBusy) {
        continue;
      }
      if (world.client().isDone()) {
        return;
      }
      second.sleep();
    }
    throw new AssertionError("no end after " + STEPS_MAX + " steps");
  }
}
