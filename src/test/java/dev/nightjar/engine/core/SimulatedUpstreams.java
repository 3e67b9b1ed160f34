package dev.nightjar.engine.core;

import dev.nightjar.engine.core.SimulationPlan.Trouble;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.UpstreamSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The upstreams of a simulated run: what they have, what they say of it, and what was heard. */
final class SimulatedUpstreams {
  static final List<String> MODELS = List.of("a", "b", "c");
  private static final int SWAPS_MAX = 8;

  private final SplittableRandom random;
  private final boolean hasOutages;
  private final List<UpstreamSpec> specs = new ArrayList<>();
  private final List<SimulatedUpstream> upstreams = new ArrayList<>();

  /** What each has; empty where it does not say, and has all. */
  private final List<Set<String>> models = new ArrayList<>();

  /** What this life's engine was told that they have. */
  private final Map<Integer, Set<String>> heard = new HashMap<>();

  SimulatedUpstreams(SimulationPlan plan, SplittableRandom random, VirtualTime time) {
    long changesWithin = SimulatedWorld.DISTURBED_WITHIN;
    this.random = random;
    this.hasOutages = plan.has(Trouble.OUTAGES);
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      int slots = 1 + random.nextInt(12);
      boolean isConfigured = i > 0 && random.nextBoolean();
      specs.add(new UpstreamSpec("up" + i, isConfigured ? Set.of(MODELS.get(i)) : Set.of(), slots));
      upstreams.add(
          new SimulatedUpstream(random.split(), slots, hasOutages, time.now() + changesWithin));
      models.add(i == 0 ? Set.copyOf(MODELS) : some());
    }
    for (int i = plan.has(Trouble.SWAPS) ? random.nextInt(SWAPS_MAX) : 0; i > 0; i--) {
      int upstream = random.nextInt(count);
      time.world(random.nextLong(changesWithin), () -> models.set(upstream, some()));
    }
    // In the end the first has all, so that none waits for ever.
    time.world(changesWithin, () -> models.set(0, Set.copyOf(MODELS)));
  }

  private Set<String> some() {
    return MODELS.stream()
        .filter(_ -> random.nextBoolean())
        .collect(Collectors.toUnmodifiableSet());
  }

  List<UpstreamSpec> specs() {
    return specs;
  }

  SimulatedUpstream get(int upstream) {
    return upstreams.get(upstream);
  }

  /** What comes of asking one for its models. */
  Event list(int upstream, long now) {
    if (get(upstream).isDown(now) || (hasOutages && random.nextInt(8) == 0)) {
      return new Event.ListFailed(upstream, "refused");
    }
    return new Event.ModelsListed(upstream, models.get(upstream));
  }

  /** What comes of a control call. */
  Event control(Effect.Control asked, long now) {
    return new Event.Controlled(
        asked.upstream(), asked.model(), asked.url(), get(asked.upstream()).control(now));
  }

  /** An upstream was asked for its models, and nothing else came of it. */
  static boolean isMereListing(Event event, List<Effect> effects) {
    return switch (event) {
      case Event.Tick _, Event.ModelsListed _, Event.SlotsTold _, Event.ListFailed _ ->
          effects.stream()
              .allMatch(e -> e instanceof Effect.ListModels || e instanceof Effect.TellModels);
      default -> false;
    };
  }

  /** The engine is told. */
  void tell(Event event) {
    switch (event) {
      case Event.ModelsListed(int upstream, Set<String> listed) -> heard.put(upstream, listed);
      case Event.ListFailed(int upstream, String _) -> heard.putIfAbsent(upstream, Set.of());
      default -> {}
    }
  }

  /** The process has died. */
  void forget() {
    heard.clear();
    upstreams.forEach(SimulatedUpstream::forgetCalls);
  }

  /** What is wrong about sending a line of this model to one, for all that the engine can know. */
  @Nullable String mistake(int upstream, String model) {
    Set<String> configured = specs.get(upstream).models().listed();
    Set<String> known = configured.isEmpty() ? heard.get(upstream) : configured;
    if (known == null) {
      return "upstream %d has not said which models it has".formatted(upstream);
    }
    return known.isEmpty() || known.contains(model)
        ? null
        : "upstream %d has %s, not %s".formatted(upstream, known, model);
  }
}
