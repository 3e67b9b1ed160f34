package dev.nightjar.engine;

import dev.nightjar.engine.core.Event;
import dev.nightjar.engine.core.UpstreamSpec;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.Upstream.Probe;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which models the upstreams say they have. Any thread may call; a refresh waits for the network.
 */
public final class ModelCatalog {
  private static final Duration FRESH = Duration.ofSeconds(60);
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);
  private static final int NEAREST_MAX = 3;

  private final List<Upstream> upstreams;
  private final List<UpstreamSpec> specs;
  private final InstantSource clock; // One that is never set back: a listing would stay fresh.
  private final Consumer<Event> events;
  private final Map<Integer, Listing> listings = new ConcurrentHashMap<>();

  private record Listing(@Nullable List<String> models, Instant at) {}

  ModelCatalog(
      List<Upstream> upstreams,
      List<UpstreamSpec> specs,
      InstantSource clock,
      Consumer<Event> events) {
    this.upstreams = upstreams;
    this.specs = specs;
    this.clock = clock;
    this.events = events;
  }

  /** Each model and the upstream that has it. */
  public Map<String, String> models() {
    refresh();
    var models = new LinkedHashMap<String, String>();
    for (int i = 0; i < upstreams.size(); i++) {
      for (String model : known(i)) {
        models.putIfAbsent(model, upstreams.get(i).name());
      }
    }
    return models;
  }

  /**
   * Why no upstream can have this model: only if each of them listed its models just now, and none
   * has it (contract §0). Whoever cannot be asked may have it.
   */
  Optional<String> refusal(String model) {
    if (model.isEmpty()) {
      return Optional.empty();
    }
    refresh();
    var all = new LinkedHashSet<String>();
    for (int i = 0; i < upstreams.size(); i++) {
      Collection<String> known = known(i);
      if (known.contains(model) || known.isEmpty()) {
        return Optional.empty();
      }
      all.addAll(known);
    }
    return Optional.of(
        "The provided model '%s' is not supported by the Batch API: no upstream has it. Nearest: %s."
            .formatted(model, String.join(", ", nearest(model, all))));
  }

  /** Empty: it does not say, or could not be asked. */
  private Collection<String> known(int upstream) {
    Set<String> configured = specs.get(upstream).models();
    if (!configured.isEmpty()) {
      return configured;
    }
    Listing listing = listings.get(upstream);
    return listing == null || listing.models == null ? List.of() : listing.models;
  }

  private void refresh() {
    var probes = new ArrayList<Thread>();
    for (int i = 0; i < upstreams.size(); i++) {
      int index = i;
      Listing listing = listings.get(i);
      if (listing == null || listing.at.plus(FRESH).isBefore(clock.instant())) {
        probes.add(Thread.ofVirtual().name("models").start(() -> ask(index)));
      }
    }
    try {
      for (Thread probe : probes) {
        probe.join();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask(int upstream) {
    Probe probe = upstreams.get(upstream).probe(PROBE_TIMEOUT);
    List<String> models =
        switch (probe) {
          case Probe.Alive(Optional<List<String>> listed) -> listed.orElse(null);
          case Probe.Dead _ -> null;
        };
    listings.put(upstream, new Listing(models, clock.instant()));
    events.accept(new Event.ModelsListed(upstream, models == null ? null : new HashSet<>(models)));
  }

  private static List<String> nearest(String model, Set<String> all) {
    return all.stream()
        .sorted(Comparator.comparingInt((String other) -> distance(model, other)))
        .limit(NEAREST_MAX)
        .toList();
  }

  /** Levenshtein's. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
