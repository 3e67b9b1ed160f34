package dev.nightjar.engine.core;

import dev.nightjar.engine.core.SimulationPlan.Trouble;
import java.util.random.RandomGenerator;

/**
 * The input of a simulated batch.
 *
 * @param isInvalid by its own fault
 * @param isUnreadable by ours, for ever
 */
record SimulatedFile(
    String project, long bytes, int slices, boolean isInvalid, boolean isUnreadable) {

  /** One of an {@code isUrgent} batch may be unreadable: no other would come to an end soon. */
  static SimulatedFile of(SimulationPlan plan, RandomGenerator random, boolean isUrgent) {
    return new SimulatedFile(
        "project" + random.nextInt(plan.batches()),
        random.nextLong(2 * SimulatedValidations.SMALL_BYTES_MAX),
        1 + random.nextInt(random.nextInt(4) == 0 ? 12 : 2),
        random.nextInt(12) == 0,
        isUrgent && plan.has(Trouble.STORE_FAULTS) && random.nextInt(4) == 0);
  }
}
