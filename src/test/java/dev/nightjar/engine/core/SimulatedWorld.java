package dev.nightjar.engine.core;

import dev.nightjar.engine.message.EngineLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What outlives the process in a simulated run, and what was seen there that must not be. */
final class SimulatedWorld {
  /** All that happens to the process happens before. */
  static final long DISTURBED_WITHIN = 200_000;

  final SimulationPlan plan;
  final SplittableRandom random;
  final EngineLimits limits;
  final VirtualTime time = new VirtualTime();
  final List<String> violations = new ArrayList<>();
  final SimulatedStores stores = new SimulatedStores(violations::add);
  final SimulatedUpstreams upstreams;

  /** What keeps the disk from having room: none, or several at a time. */
  int shortages;

  /** What the clock that deadlines are told in is ahead of the engine's time. */
  long aheadMillis;

  SimulatedWorld(SimulationPlan plan) {
    this.plan = plan;
    this.random = new SplittableRandom(plan.seed());
    this.limits = plan.limits(random.split());
    this.upstreams = new SimulatedUpstreams(plan, random.split(), time);
  }

  /** By the clock that deadlines are told in. */
  long clockMillis() {
    return time.now() + aheadMillis;
  }

  void violation(String text) {
    violations.add(text);
  }

  /** In this life of the process, after what such things take. */
  void soon(Runnable action) {
    time.later(random.nextInt(random.nextInt(10) == 0 ? 3_000 : 20), action);
  }
}
