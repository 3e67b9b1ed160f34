package dev.nightjar.engine.core;

import java.util.List;
import java.util.SplittableRandom;

/** The engine, or one with a planted bug. */
interface SimulatedCore {
  List<Effect> step(Event event, long now);

  long nextWakeMillis();

  EngineFigures figures();

  /** Makes one for each life of the process. */
  interface Maker {
    SimulatedCore make(EngineLimits limits, List<UpstreamSpec> upstreams, long seed);
  }

  static SimulatedCore real(EngineLimits limits, List<UpstreamSpec> upstreams, long seed) {
    var engine = new Engine(limits, upstreams, new SplittableRandom(seed));
    return new SimulatedCore() {
      @Override
      public List<Effect> step(Event event, long now) {
        return engine.step(event, now);
      }

      @Override
      public long nextWakeMillis() {
        return engine.nextWakeMillis();
      }

      @Override
      public EngineFigures figures() {
        return engine.figures();
      }
    };
  }
}
