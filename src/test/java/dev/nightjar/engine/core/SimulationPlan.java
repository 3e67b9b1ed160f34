package dev.nightjar.engine.core;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * What may happen in a simulated run. All else follows from the seed.
 *
 * @param lines at most, of each batch
 * @param hasOutages upstreams fail, throttle, and are brought down by some lines
 * @param hasStoreFaults whatever is asked of the stores may fail, before or after its effect
 * @param hasStops batches are cancelled, and some have short deadlines
 * @param hasKills the process dies and starts again
 * @param hasTakeovers another node takes chunks over that this one has, and completes them
 * @param isTight little may be held: memory of calls, answers, open chunks
 */
record SimulationPlan(
    long seed,
    int batches,
    int lines,
    boolean hasOutages,
    boolean hasStoreFaults,
    boolean hasStops,
    boolean hasKills,
    boolean hasTakeovers,
    boolean isTight) {

  static SimulationPlan of(long seed) {
    var random = new SplittableRandom(seed);
    int lines = random.nextInt(8) == 0 ? 400 : 40;
    return new SimulationPlan(
        seed,
        1 + random.nextInt(6),
        1 + random.nextInt(lines),
        random.nextInt(4) > 0,
        random.nextInt(4) > 0,
        random.nextInt(3) > 0,
        random.nextInt(3) == 0,
        random.nextInt(3) == 0,
        random.nextInt(3) == 0);
  }

  EngineLimits limits(RandomGenerator random) {
    if (!isTight) {
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
                1 << 20));
  }

  /** The same with less in it, the least first. */
  private List<SimulationPlan> smaller() {
    return Stream.of(
            sized(1, lines),
            sized(batches - 1, lines),
            sized(batches, lines / 2),
            sized(batches, lines - 1),
            without(true, false, false, false, false, false),
            without(false, true, false, false, false, false),
            without(false, false, true, false, false, false),
            without(false, false, false, true, false, false),
            without(false, false, false, false, true, false),
            without(false, false, false, false, false, true))
        .filter(plan -> !plan.equals(this) && plan.batches > 0 && plan.lines > 0)
        .toList();
  }

  private SimulationPlan sized(int newBatches, int newLines) {
    return new SimulationPlan(
        seed,
        newBatches,
        newLines,
        hasOutages,
        hasStoreFaults,
        hasStops,
        hasKills,
        hasTakeovers,
        isTight);
  }

  private SimulationPlan without(
      boolean outages,
      boolean storeFaults,
      boolean stops,
      boolean kills,
      boolean takeovers,
      boolean tightness) {
    return new SimulationPlan(
        seed,
        batches,
        lines,
        hasOutages && !outages,
        hasStoreFaults && !storeFaults,
        hasStops && !stops,
        hasKills && !kills,
        hasTakeovers && !takeovers,
        isTight && !tightness);
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
