package dev.nightjar.engine.message;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the engine knows of an upstream.
 *
 * @param models the models it is configured for; empty: whatever it lists, or any
 * @param maxInFlight calls at a time, over all its lanes
 */
public record UpstreamSpec(String name, Set<String> models, int maxInFlight)
    implements Serializable {
  public UpstreamSpec {
    models = Collections.unmodifiableSet(new LinkedHashSet<>(models)); // In order, when replayed.
    if (maxInFlight < 1) {
      throw new IllegalArgumentException("max in flight must be at least 1, not " + maxInFlight);
    }
  }
}
