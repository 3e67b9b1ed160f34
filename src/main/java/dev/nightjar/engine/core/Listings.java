package dev.nightjar.engine.core;

import dev.nightjar.engine.message.Effect;
import java.io.Serializable;
import java.util.Set;
import java.util.function.Consumer;

/**
 * When the upstreams are asked which models they have, and what follows from what they say. One
 * that cannot be asked has what it had; as long as it has said nothing it is asked again soon.
 * Engine thread only.
 */
final class Listings implements Serializable {
  private static final long AT_ONCE = 0;
  private static final long AGAIN_MILLIS = 60_000;
  private static final long SOON_MILLIS = 5_000;

  private final Lanes lanes;
  private final Timers timers;
  private final Consumer<Effect> effects;

  Listings(Lanes lanes, Timers timers, Consumer<Effect> effects) {
    this.lanes = lanes;
    this.timers = timers;
    this.effects = effects;
    for (UpstreamState upstream : lanes.upstreams()) {
      if (!upstream.isConfigured()) {
        timers.at(AT_ONCE, new Due.ListModels(upstream.index));
      }
    }
  }

  void listed(int index, Set<String> models, long now) {
    UpstreamState upstream = lanes.upstreams().get(index);
    if (!upstream.isConfigured()) {
      upstream.lists(models, now);
      changed(upstream, now);
    }
  }

  void failed(int index, String reason, long now) {
    UpstreamState upstream = lanes.upstreams().get(index);
    if (!upstream.isConfigured()) {
      upstream.listFailed(reason, now);
      changed(upstream, now);
    }
  }

  private void changed(UpstreamState upstream, long now) {
    boolean isSoon = upstream.isUnknown() && upstream.listFailure() != null;
    long wait = isSoon ? SOON_MILLIS : AGAIN_MILLIS;
    timers.at(now + wait, new Due.ListModels(upstream.index));
    lanes.heard(upstream);
    effects.accept(new Effect.TellModels(lanes.knownModels()));
  }
}
