package dev.nightjar.engine.stepped;

import dev.nightjar.store.Tier;
import dev.nightjar.testing.CrashDisk;
import dev.nightjar.testing.CrashPoints;
import dev.nightjar.testing.CrashPoints.Death;
import dev.nightjar.testing.Survival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * One batch from its upload to its end, with a server that dies at given points on the way and is
 * started anew each time on what its death left on the disk.
 */
final class CrashRun {
  private static final int STEPS_MAX = 100_000;

  private final CrashWorld world;
  private final Path directory;
  private final long seed;
  private final CrashBugs.Maker bugs;

  /** Dying before the point with this number, counted from the life's start. */
  record DeathAt(int point, Survival survival) {}

  private CrashRun(CrashScenario scenario, Path directory, long seed, CrashBugs.Maker bugs) {
    this.world = CrashWorld.of(scenario, seed);
    this.directory = directory;
    this.seed = seed;
    this.bugs = bugs;
  }

  /** What each point of a life without a death is before; the first is point 1. */
  static List<String> points(CrashScenario scenario, long seed, CrashBugs.Maker bugs)
      throws IOException {
    try (var folder = new CrashFolder()) {
      CrashPoints points = CrashPoints.immortal();
      new CrashRun(scenario, folder.path(), seed, bugs)
          .live(0, new CrashDisk(folder.path(), points), points);
      return points.passed();
    }
  }

  /**
   * Runs until the batch has ended, and checks all that must hold; true if a death came when it
   * could have left more than one state.
   */
  static boolean run(CrashScenario scenario, long seed, List<DeathAt> deaths, CrashBugs.Maker bugs)
      throws IOException {
    try (var folder = new CrashFolder()) {
      return new CrashRun(scenario, folder.path(), seed, bugs).run(deaths);
    }
  }

  static boolean run(CrashScenario scenario, long seed, DeathAt... deaths) throws IOException {
    return run(scenario, seed, List.of(deaths), CrashBugs::none);
  }

  private boolean run(List<DeathAt> deaths) throws IOException {
    var story = new StringBuilder(world.scenario() + " with seed " + seed);
    try {
      var disk = new CrashDisk(directory, CrashPoints.immortal());
      boolean hadUnforced = false;
      for (int life = 0; life <= deaths.size(); life++) {
        DeathAt death = life < deaths.size() ? deaths.get(life) : null;
        CrashPoints points =
            death == null ? CrashPoints.immortal() : CrashPoints.dieAt(death.point());
        disk.startAgain(points);
        try {
          live(life, disk, points);
        } finally {
          story.append("; life %d %s".formatted(life + 1, points));
        }
        if (death == null || !points.isDead()) {
          break;
        }
        story.append(", survived by ").append(death.survival());
        hadUnforced |= disk.hasUnforced();
        disk.crash(death.survival());
      }
      story.append("; a power cut after the end");
      disk.crash(Survival.NOTHING);
      checkUnchanged(disk);
      return hadUnforced;
    } catch (AssertionError | RuntimeException | IOException e) {
      throw new AssertionError(story + ": " + e.getMessage(), e);
    }
  }

  /** One life: until the batch has ended, or until its death. */
  private void live(int life, CrashDisk disk, CrashPoints points) throws IOException {
    CrashBugs planted = bugs.on(disk);
    try (Tier tier = CrashStores.open(directory, planted, points, world);
        var engine = new CrashLife(tier, world, points, seed * 31 + life)) {
      CrashAudit.rowsHaveTheirObjects(tier);
      world.client().checkUnchanged(tier);
      engine.start();
      go(tier, engine, planted);
      planted.ended(tier);
      engine.checkInputsAreClosed();
      CrashAudit.check(tier, world);
      if (life == 0) {
        CrashAudit.nothingIsLeftOver(tier, world);
      }
    } catch (Death _) {
      // The next life sees what is left.
    }
  }

  private void go(Tier tier, CrashLife engine, CrashBugs planted) throws IOException {
    CrashClient client = world.client();
    for (int i = 0; i < STEPS_MAX; i++) {
      boolean isBusy = client.act(tier, engine) || planted.step(engine) || client.look(tier);
      world.witness().checkSatisfied();
      if (isBusy) {
        continue;
      }
      if (client.isDone()) {
        return;
      }
      engine.sleep();
    }
    throw new AssertionError("no end after " + STEPS_MAX + " steps");
  }

  /** What has ended is durable as a whole. */
  private void checkUnchanged(CrashDisk disk) throws IOException {
    CrashPoints points = CrashPoints.immortal();
    disk.startAgain(points);
    try (Tier tier = CrashStores.open(directory, bugs.on(disk), points, world)) {
      CrashAudit.rowsHaveTheirObjects(tier);
      world.client().checkUnchanged(tier);
    }
  }
}
