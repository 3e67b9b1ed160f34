package dev.nightjar.engine.core;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.core.SimulatedStores.StoredBatch;
import dev.nightjar.engine.core.SimulationPlan.Trouble;
import dev.nightjar.engine.message.Event;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A run of the engine in virtual time: the stores and the upstreams are values behind its effects,
 * with latencies and faults by a seed. What must never be asked for, and whatever does not come to
 * its end, is a violation.
 */
final class Simulation {
  private static final int STEPS_MAX = 1_000_000;
  private static final long CREATED_WITHIN = 60_000;
  private static final long DAY_MILLIS = 86_400_000;

  private final SimulationPlan plan;
  private final SimulatedCore.Maker maker;
  private final SimulatedWorld world;
  private final SimulatedStores stores;
  private final SplittableRandom random;
  private final VirtualTime time;
  private SimulatedLife life;
  private int steps;

  Simulation(SimulationPlan plan, SimulatedCore.Maker maker) {
    this.plan = plan;
    this.maker = maker;
    this.world = new SimulatedWorld(plan);
    this.stores = world.stores;
    this.random = world.random;
    this.time = world.time;
    this.life = new SimulatedLife(world, maker);
  }

  /** What was not as it has to be. */
  List<String> run() {
    for (long batch = 1; batch <= plan.batches(); batch++) {
      long id = batch;
      time.world(random.nextLong(CREATED_WITHIN), () -> create(id));
    }
    if (plan.has(Trouble.KILLS)) {
      sometimes(3, this::kill);
    }
    if (plan.has(Trouble.TAKEOVERS)) {
      sometimes(5, this::takeOver);
    }
    if (plan.has(Trouble.DRAINS)) {
      sometimes(3, () -> life.drain());
    }
    if (plan.has(Trouble.SHORT_DISK)) {
      sometimes(4, this::fillDisk);
    }
    if (plan.has(Trouble.CLOCK_JUMPS)) {
      sometimes(4, this::setClock);
    }
    while (world.violations.isEmpty() && goOn()) {
      if (++steps > STEPS_MAX) {
        world.violation("no end after %d steps".formatted(STEPS_MAX));
      }
    }
    if (world.violations.isEmpty()) {
      stores.checkEnds();
      life.checkNothingIsHeld();
      life.checkReplay();
    }
    return world.violations;
  }

  /** Once, up to so many times. */
  private void sometimes(int max, Runnable action) {
    for (int i = random.nextInt(max); i >= 0; i--) {
      time.world(random.nextLong(SimulatedWorld.DISTURBED_WITHIN), action);
    }
  }

  /** False when nothing is left that could happen. */
  private boolean goOn() {
    long wake = life.nextWakeMillis();
    if (Math.min(wake, time.nextMillis()) == Long.MAX_VALUE) {
      return false;
    }
    if (wake < time.nextMillis()) {
      time.passTo(wake);
      life.step(new Event.Tick());
      if (life.nextWakeMillis() <= time.now()) {
        world.violation("the engine wants to be woken at %d again and again".formatted(time.now()));
      }
    } else {
      Runnable action = time.next();
      if (action != null) {
        action.run();
      }
    }
    if (life.isDrained()) {
      kill();
    }
    return true;
  }

  // ---- users, operators, other nodes

  private void create(long id) {
    List<String> all = SimulatedUpstreams.MODELS;
    List<String> models =
        random.nextInt(4) == 0
            ? all.subList(0, 2 + random.nextInt(2))
            : List.of(all.get(random.nextInt(all.size())));
    boolean isUrgent = plan.has(Trouble.STOPS) && random.nextInt(3) == 0;
    long window = isUrgent ? 30_000 : DAY_MILLIS * 10;
    long left = plan.has(Trouble.STOPS) ? random.nextLong(window) + 1 : window;
    int lines = 1 + random.nextInt(plan.lines());
    stores.batches.put(
        id,
        new StoredBatch(
            id,
            SimulatedFile.of(plan, random, isUrgent),
            models,
            world.clockMillis() + left,
            lines,
            1 + random.nextInt(20)));
    world.soon(() -> life.submit(stores.batch(id)));
    if (plan.has(Trouble.STOPS) && random.nextInt(3) == 0) {
      time.world(random.nextLong(random.nextBoolean() ? 100 : 60_000), () -> cancel(id));
    }
  }

  private void cancel(long id) {
    StoredBatch batch = stores.batch(id);
    if (!batch.isFinished && (batch.isValidated || batch.ending == null)) {
      Ending ending = stores.stop(id, Ending.CANCELLED);
      Event event = batch.isValidated ? new Event.Stopping(id, ending) : new Event.Withdrawn(id);
      world.soon(() -> life.step(event));
    }
  }

  private void kill() {
    time.nextLife();
    world.upstreams.forget();
    stores.releaseAll();
    life = new SimulatedLife(world, maker);
    life.start();
  }

  private void fillDisk() {
    world.shortages++;
    life.lookAtDisk();
    time.world(
        1 + random.nextInt(120_000),
        () -> {
          world.shortages--;
          life.lookAtDisk();
        });
  }

  /** By seconds, by hours, or by more than any batch has time. */
  private void setClock() {
    long millis =
        switch (random.nextInt(8)) {
          case 0 -> DAY_MILLIS * 15;
          case 1, 2, 3 -> 20_000;
          default -> DAY_MILLIS / 4;
        };
    world.aheadMillis += random.nextLong(-millis, millis);
    life.clockSet();
  }

  private void takeOver() {
    List<ChunkId> claimed =
        stores.batches.values().stream()
            .filter(batch -> !batch.isFinished)
            .flatMap(batch -> batch.chunks.stream())
            .filter(chunk -> chunk.isClaimed && !chunk.isUnheard && !chunk.isForeign)
            .map(chunk -> chunk.id)
            .toList();
    if (!claimed.isEmpty()) {
      ChunkId id = claimed.get(random.nextInt(claimed.size()));
      if (stores.takeOver(id)) {
        time.world(random.nextLong(60_000), () -> stores.completeElsewhere(id));
      }
    }
  }
}
