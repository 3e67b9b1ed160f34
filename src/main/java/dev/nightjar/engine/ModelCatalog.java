package dev.nightjar.engine;

import dev.nightjar.batch.BatchError;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.KnownModels;
import dev.nightjar.time.SteadyClock;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.Upstream.Probe;
import dev.nightjar.validation.OfferedModels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks upstreams which models they have, for the engine, and answers from what it knows. What was
 * said more than a minute ago is asked anew first. Any thread may call; to ask waits for the
 * network.
 */
public final class ModelCatalog {
  private static final long FRESH_MILLIS = 60_000;

  /** Nothing is refused by what is older: a model may have been pulled just now. */
  private static final long REFUSAL_MILLIS = 1_000;

  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);
  private static final int NEAREST_MAX = 3;

  private final List<Upstream> upstreams;
  private final SteadyClock clock;
  private final Consumer<Event> events;

  /** What the engine knows. */
  private volatile List<KnownModels> known;

  ModelCatalog(
      List<Upstream> upstreams,
      List<KnownModels> known,
      SteadyClock clock,
      Consumer<Event> events) {
    this.upstreams = upstreams;
    this.known = known;
    this.clock = clock;
    this.events = events;
  }

  /** The engine knows this from now on. */
  void tell(List<KnownModels> newKnown) {
    known = newKnown;
  }

  /** Whether it is well; what it says of its models, the engine is told. */
  Probe ask(int upstream) {
    Probe probe = upstreams.get(upstream).probe(PROBE_TIMEOUT);
    switch (probe) {
      case Probe.Alive(Optional<List<String>> listed, int slots) -> {
        if (slots > 0) {
          events.accept(new Event.SlotsTold(upstream, slots));
        }
        events.accept(new Event.ModelsListed(upstream, models(listed)));
      }
      case Probe.Dead(String reason, _) -> events.accept(new Event.ListFailed(upstream, reason));
    }
    return probe;
  }

  private static Set<String> models(Optional<List<String>> listed) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(listed.orElse(List.of())));
  }

  /** Each model and the upstream that has it. */
  public Map<String, String> models() {
    var models = new LinkedHashMap<String, String>();
    for (KnownModels upstream : fresh(known, FRESH_MILLIS)) {
      upstream.models().listed().forEach(model -> models.putIfAbsent(model, upstream.upstream()));
    }
    return models;
  }

  /** What they have, as of now: however many models are looked for, each is asked twice at most. */
  OfferedModels offered() {
    return new Offered();
  }

  /** A model is refused only if each of them listed its models just now, and none has it. */
  private final class Offered implements OfferedModels {
    private @Nullable List<KnownModels> lately;
    private @Nullable List<KnownModels> now;

    @Override
    public boolean mayHave(String model) {
      if (lately == null) {
        lately = fresh(known, FRESH_MILLIS);
      }
      return ModelCatalog.mayHave(lately, model) || ModelCatalog.mayHave(now(lately), model);
    }

    private List<KnownModels> now(List<KnownModels> before) {
      if (now == null) {
        now = fresh(before, REFUSAL_MILLIS);
      }
      return now;
    }

    @Override
    public String refusal(String model) {
      return refused(model, now(known));
    }
  }

  private static boolean mayHave(List<KnownModels> upstreams, String model) {
    return upstreams.stream().anyMatch(upstream -> upstream.mayHave(model));
  }

  private static String refused(String model, List<KnownModels> upstreams) {
    var all = new LinkedHashSet<String>();
    for (KnownModels upstream : upstreams) {
      all.addAll(upstream.models().listed());
    }
    return ("The provided model '%s' is not supported by the Batch API: no upstream has it. Nearest:"
            + " %s. An upstream that takes any name is one with 'models: any' in the settings, or"
            + " --any-model.")
        .formatted(BatchError.excerpt(model), String.join(", ", nearest(model, all)));
  }

  /** What is known; of an upstream of which that is older, what it says now. */
  private List<KnownModels> fresh(List<KnownModels> before, long millisMax) {
    KnownModels[] models = before.toArray(KnownModels[]::new);
    long tooOld = clock.steadyMillis() - millisMax;
    var asking = new ArrayList<Thread>();
    for (int i = 0; i < models.length; i++) {
      if (models[i].askedAtMillis() < tooOld) {
        int upstream = i;
        models[i] = models[i].outdated();
        asking.add(
            Thread.ofVirtual()
                .name("models")
                .start(() -> models[upstream] = askedAnew(upstream, models[upstream])));
      }
    }
    try {
      for (Thread one : asking) {
        one.join();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return List.of(models);
  }

  private KnownModels askedAnew(int upstream, KnownModels before) {
    return switch (ask(upstream)) {
      case Probe.Alive(Optional<List<String>> listed, _) ->
          new KnownModels(
              before.upstream(), before.models().with(models(listed)), clock.steadyMillis(), true);
      case Probe.Dead _ -> before;
    };
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
