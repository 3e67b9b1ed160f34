package dev.nightjar.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.KnownModels;
import dev.nightjar.engine.message.ModelNames;
import dev.nightjar.testing.TestClocks;
import dev.nightjar.time.SteadyClock;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.validation.OfferedModels;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients are told what the engine knows, and a model is refused for nothing that is old. */
class ModelCatalogTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-20T10:00:00Z"));
  private final SteadyClock clock = TestClocks.steady(now::get);
  private final Queue<Event> told = new ConcurrentLinkedQueue<>();
  private final Listing a = new Listing("a");
  private final Listing b = new Listing("b");
  private final ModelCatalog catalog =
      new ModelCatalog(
          List.of(a, b),
          List.of(known("a", Long.MIN_VALUE, true), known("b", Long.MIN_VALUE, true)),
          clock,
          told::add);

  /** An upstream that is only asked for its models. */
  private static final class Listing implements Upstream {
    private final String name;
    private Probe answer = new Probe.Dead("refused", 0);
    private int asked;

    Listing(String name) {
      this.name = name;
    }

    void lists(String... models) {
      answer = new Probe.Alive(Optional.of(List.of(models)));
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Call newCall(Request request) {
      throw new AssertionError("a call of " + request.path());
    }

    @Override
    public Probe probe(Duration timeout) {
      asked++;
      return answer;
    }

    @Override
    public void close() {}
  }

  private static KnownModels known(
      String upstream, long askedAt, boolean isCurrent, String... models) {
    Set<String> all = new LinkedHashSet<>(List.of(models));
    return new KnownModels(upstream, ModelNames.of(all), askedAt, isCurrent);
  }

  private Optional<String> refusal(String model) {
    OfferedModels offered = catalog.offered();
    return offered.mayHave(model) ? Optional.empty() : Optional.of(offered.refusal(model));
  }

  @Test
  void whatIsAtMostAMinuteOldIsNotAskedAnew() {
    long asked = clock.steadyMillis();
    catalog.tell(
        List.of(known("a", asked, true, "z", "y"), known("b", Long.MAX_VALUE, true, "x", "z")));
    now.set(now.get().plusSeconds(60));

    assertThat(new ArrayList<>(catalog.models().entrySet()))
        .containsExactly(Map.entry("z", "a"), Map.entry("y", "a"), Map.entry("x", "b"));
    assertThat(refusal("y")).isEmpty();
    assertThat(a.asked + b.asked).isZero();
  }

  @Test
  @Tag("F2")
  void nothingIsRefusedByWhatIsMoreThanASecondOld() {
    long asked = clock.steadyMillis();
    catalog.tell(
        List.of(known("a", asked, true, "z", "y"), known("b", Long.MAX_VALUE, true, "x", "z")));

    assertThat(refusal("w").orElseThrow()).contains("Nearest: z, y, x.").contains("'models: any'");
    assertThat(a.asked).as("asked just now").isZero();
    now.set(now.get().plusSeconds(2));
    a.lists("w");

    assertThat(refusal("w")).as("pulled just now").isEmpty();
    assertThat(told).containsExactly(new Event.ModelsListed(0, Set.of("w")));
    assertThat(b.asked).as("configured").isZero();
  }

  @Test
  void whatIsOlderIsAskedAnewAndTheEngineIsTold() {
    a.lists("new");
    b.lists("other");
    long asked = clock.steadyMillis();
    catalog.tell(List.of(known("a", asked, true, "old"), known("b", asked, true, "old")));
    now.set(now.get().plusSeconds(61));

    assertThat(refusal("old")).isPresent();

    assertThat(told)
        .containsExactlyInAnyOrder(
            new Event.ModelsListed(0, Set.of("new")), new Event.ModelsListed(1, Set.of("other")));
  }

  @Test
  @Tag("H1")
  void upstreamIsAskedTwiceAtMostHoweverManyModelsAreLookedFor() {
    a.lists("z");
    OfferedModels offered = catalog.offered();

    for (int i = 0; i < 1_000; i++) {
      assertThat(offered.mayHave("model-" + i)).as("b cannot be asked").isTrue();
    }

    assertThat(a.asked).isLessThanOrEqualTo(2);
    assertThat(b.asked).isLessThanOrEqualTo(2);
  }

  @Test
  void nothingIsRefusedWhileAnUpstreamCannotBeAskedOrDoesNotSay() {
    b.lists("other");

    assertThat(refusal("m")).isEmpty();
    assertThat(told).contains(new Event.ListFailed(0, "refused"));
    a.answer = new Upstream.Probe.Alive(Optional.empty());
    assertThat(refusal("m")).isEmpty();
    a.lists("another");
    assertThat(refusal("m")).isPresent();
  }

  @Test
  void upstreamThatCannotBeAskedIsSaidToHaveWhatItHad() {
    long asked = clock.steadyMillis();
    catalog.tell(List.of(known("a", asked, false, "old"), known("b", asked, true, "other")));

    assertThat(catalog.models()).containsExactly(Map.entry("old", "a"), Map.entry("other", "b"));
    assertThat(refusal("m")).as("it may have others by now").isEmpty();
  }
}
