package dev.nightjar.engine.core;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * What may happen in a simulated run. All else follows from the seed.
 *
 * @param lines at most, of each batch
 * @param hasOutages upstreams fail, throttle, and are brought down by some lines
 * @param hasStoreFaults whatever is asked of the stores may fail, before or after its effect
 * @param hasStops batches are cancelled, and some have short deadlines
 * @param hasKills the process dies and starts again
 */
record SimulationPlan(
    long seed,
    int batches,
    int lines,
    boolean hasOutages,
    boolean hasStoreFaults,
    boolean hasStops,
    boolean hasKills) {

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
        random.nextInt(3) == 0);
  }

  /** The same with less in it, the least first. */
  private List<SimulationPlan> smaller() {
    var plans = new ArrayList<SimulationPlan>();
    Stream.of(
            with(1, lines, hasOutages, hasStoreFaults, hasStops, hasKills),
            with(batches - 1, lines, hasOutages, hasStoreFaults, hasStops, hasKills),
            with(batches, lines / 2, hasOutages, hasStoreFaults, hasStops, hasKills),
            with(batches, lines - 1, hasOutages, hasStoreFaults, hasStops, hasKills),
            with(batches, lines, false, hasStoreFaults, hasStops, hasKills),
            with(batches, lines, hasOutages, false, hasStops, hasKills),
            with(batches, lines, hasOutages, hasStoreFaults, false, hasKills),
            with(batches, lines, hasOutages, hasStoreFaults, hasStops, false))
        .filter(plan -> !plan.equals(this) && plan.batches > 0 && plan.lines > 0)
        .forEach(plans::add);
    return plans;
  }

  private SimulationPlan with(
      int newBatches,
      int newLines,
      boolean outages,
      boolean storeFaults,
      boolean stops,
      boolean kills) {
    return new SimulationPlan(seed, newBatches, newLines, outages, storeFaults, stops, kills);
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
