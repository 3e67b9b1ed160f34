package dev.nightjar.engine.message;

import java.io.Serializable;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the engine knows of an upstream.
 *
 * @param models those that it is configured for; where none is, what it lists counts
 * @param maxInFlight calls at a time, over all its lanes
 * @param isFoundOut how many of them it bears; else it bears all
 * @param requestsPerMinute that it allows; null: it is not said
 * @param tokensPerMinute the same, of prompts and answers
 */
public record UpstreamSpec(
    String name,
    ModelNames models,
    int maxInFlight,
    boolean isFoundOut,
    @Nullable Long requestsPerMinute,
    @Nullable Long tokensPerMinute)
    implements Serializable {
  public UpstreamSpec {
    if (maxInFlight < 1) {
      throw new IllegalArgumentException("max in flight must be at least 1, not " + maxInFlight);
    }
  }

  public UpstreamSpec(String name, Set<String> models, int maxInFlight) {
    this(name, ModelNames.of(models), maxInFlight, false, null, null);
  }
}
