package dev.nightjar.engine.core;

import dev.nightjar.engine.message.EngineLimits;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * What may happen in a simulated run. All else follows from the seed.
 *
 * @param lines at most, of each batch
 */
record SimulationPlan(long seed, int batches, int lines, Set<Trouble> troubles) {

  /** What a run may have or not. */
  enum Trouble {
    /** Upstreams fail, throttle, and are brought down by some lines. */
    OUTAGES,
    /** Whatever is asked of the stores may fail, before or after its effect. */
    STORE_FAULTS,
    /** Batches are cancelled, and some have short deadlines. */
    STOPS,
    /** The process dies and starts again. */
    KILLS,
    /** Another node takes chunks over that this one has, and completes them. */
    TAKEOVERS,
    /** Upstreams change their models. */
    SWAPS,
    /** Little may be held: memory of calls, answers, open chunks. */
    TIGHTNESS,
    /** The process is told to end, and starts again once nothing is under way. */
    DRAINS,
    /** The disk has too little room at times. */
    SHORT_DISK,
    /** The clock that deadlines are told in is set, and not to be trusted after a start. */
    CLOCK_JUMPS
  }

  SimulationPlan {
    troubles = Set.copyOf(troubles);
  }

  static SimulationPlan of(long seed) {
    var random = new SplittableRandom(seed);
    int linesMax = random.nextInt(8) == 0 ? 400 : 40;
    boolean hasMany = random.nextInt(32) == 0;
    int batches = 1 + random.nextInt(hasMany ? 40 : 6);
    int lines = hasMany ? 1 : 1 + random.nextInt(linesMax);
    var troubles = EnumSet.noneOf(Trouble.class);
    for (Trouble trouble : Trouble.values()) {
      if (isMet(trouble, random)) {
        troubles.add(trouble);
      }
    }
    return new SimulationPlan(seed, batches, lines, troubles);
  }

  private static boolean isMet(Trouble trouble, RandomGenerator random) {
    return switch (trouble) {
      case OUTAGES, STORE_FAULTS -> random.nextInt(4) > 0;
      case STOPS -> random.nextInt(3) > 0;
      case SWAPS -> random.nextBoolean();
      case KILLS, TAKEOVERS, TIGHTNESS, DRAINS, SHORT_DISK, CLOCK_JUMPS -> random.nextInt(3) == 0;
    };
  }

  boolean has(Trouble trouble) {
    return troubles.contains(trouble);
  }

  EngineLimits limits(RandomGenerator random) {
    if (!has(Trouble.TIGHTNESS)) {
      return EngineLimits.defaults();
    }
    return EngineLimits.defaults()
        .withBounds(
            new EngineLimits.Bounds(
                1 + random.nextInt(200_000),
                random.nextInt(20),
                1 << 20,
                1 + random.nextInt(100),
                1 + random.nextInt(6),
                1 + random.nextInt(200)));
  }

  /** The same with less in it, the least first. */
  private List<SimulationPlan> smaller() {
    var plans = new ArrayList<SimulationPlan>();
    plans.add(sized(1, lines));
    plans.add(sized(batches - 1, lines));
    plans.add(sized(batches, lines / 2));
    plans.add(sized(batches, lines - 1));
    for (Trouble trouble : Trouble.values()) {
      plans.add(without(trouble));
    }
    plans.removeIf(plan -> plan.equals(this) || plan.batches == 0 || plan.lines == 0);
    return plans;
  }

  private SimulationPlan sized(int newBatches, int newLines) {
    return new SimulationPlan(seed, newBatches, newLines, troubles);
  }

  private SimulationPlan without(Trouble trouble) {
    var fewer = EnumSet.noneOf(Trouble.class);
    fewer.addAll(troubles);
    fewer.remove(trouble);
    return new SimulationPlan(seed, batches, lines, fewer);
  }

  /** The smallest plan of this seed that still fails in this engine. */
  SimulationPlan shrunk(SimulatedCore.Maker maker) {
    for (SimulationPlan plan : smaller()) {
      if (!new Simulation(plan, maker).run().isEmpty()) {
        return plan.shrunk(maker);
      }
    }
    return this;
  }
}
