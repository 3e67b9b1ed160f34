package dev.nightjar.engine.core;

import java.util.List;
import java.util.SplittableRandom;

/** The engine, or one with a planted bug. */
interface SimulatedCore {
  List<Effect> step(Event event, long now);

  long nextWakeMillis();

  /** Makes one for each life of the process. */
  interface Maker {
    SimulatedCore make(List<UpstreamSpec> upstreams, long seed);
  }

  static SimulatedCore real(List<UpstreamSpec> upstreams, long seed) {
    var engine = new Engine(EngineLimits.defaults(), upstreams, new SplittableRandom(seed));
    return new SimulatedCore() {
      @Override
      public List<Effect> step(Event event, long now) {
        return engine.step(event, now);
      }

      @Override
      public long nextWakeMillis() {
        return engine.nextWakeMillis();
      }
    };
  }
}
