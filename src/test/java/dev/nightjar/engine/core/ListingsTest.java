package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A line goes only to upstreams that have its model, for all that they said. */
class ListingsTest {
  private static final Set<String> MODEL = Set.of(EngineDriver.MODEL);

  private final EngineDriver two =
      new EngineDriver(new UpstreamSpec("a", Set.of(), 2), new UpstreamSpec("b", Set.of(), 3));

  private @Nullable String reason() {
    return two.engine.live(1).orElseThrow().reason();
  }

  /** The upstreams of the calls under way. */
  private List<Integer> called() {
    return two.sent.stream().map(line -> two.call(line).upstream()).sorted().toList();
  }

  @Test
  void noLineIsSentToAnUpstreamBeforeItHasSaidWhichModelsItHas() {
    two.areListingsSlow = true;
    two.start(1, 100);
    assertThat(two.sent).isEmpty();
    assertThat(reason()).isEqualTo("the upstream a has not yet said which models it has");

    two.post(new Event.ModelsListed(0, Set.of("other")));
    assertThat(reason()).isEqualTo("the upstream b has not yet said which models it has");
    two.post(new Event.ModelsListed(1, MODEL));

    assertThat(called()).containsExactly(1, 1, 1);
    assertThat(reason()).isNull();
  }

  @Test
  void upstreamThatIsConfiguredIsNotAskedAndGetsItsLinesAtOnce() {
    var driver = new EngineDriver(new UpstreamSpec("up", MODEL, 4));

    driver.start(1, 100);
    driver.advance(600_000);

    assertThat(driver.sent).hasSize(4);
    assertThat(driver.listings).isZero();
  }

  @Test
  void upstreamsAreAskedAtTheStartAndEveryMinute() {
    two.lists.put(0, MODEL);

    two.post(new Event.Tick());
    assertThat(two.listings).isEqualTo(2);
    two.advance(180_000);

    assertThat(two.listings).isEqualTo(8);
    assertThat(two.told)
        .containsExactly(
            new KnownModels("a", MODEL, two.now, true),
            new KnownModels("b", Set.of(), two.now, true));
  }

  @Test
  void upstreamThatFailsToSayAtTheStartMayHaveAnyModelAndIsAskedAgainSoon() {
    two.areListingsSlow = true;
    two.start(1, 100);

    two.post(new Event.ListFailed(0, "refused"));
    two.post(new Event.ListFailed(1, "refused"));
    assertThat(called()).containsExactly(0, 0, 1, 1, 1);
    two.areListingsSlow = false;
    two.lists.put(0, Set.of("other"));
    two.lists.put(1, MODEL);
    two.advance(5_000);

    assertThat(two.told)
        .containsExactly(
            new KnownModels("a", Set.of("other"), two.now, true),
            new KnownModels("b", MODEL, two.now, true));
  }

  @Test
  void upstreamThatCannotBeAskedHasWhatItHad() {
    two.lists.put(0, MODEL);
    two.lists.put(1, MODEL);
    two.post(new Event.Tick());

    two.post(new Event.ListFailed(0, "refused"));
    two.start(1, 100);

    assertThat(called()).containsExactly(0, 0, 1, 1, 1);
    assertThat(two.told.getFirst()).isEqualTo(new KnownModels("a", MODEL, two.now, false));
  }

  @Test
  void upstreamThatNoLongerListsAModelGetsNoMoreLinesOfItUntilItDoes() {
    two.start(1, 100);
    assertThat(called()).containsExactly(0, 0, 1, 1, 1);
    two.post(new Event.ModelsListed(1, MODEL));

    two.post(new Event.ModelsListed(0, Set.of("other")));
    List.copyOf(two.sent).forEach(two::succeed);
    assertThat(called()).containsExactly(1, 1, 1);

    two.post(new Event.ModelsListed(0, MODEL));
    assertThat(called()).containsExactly(0, 0, 1, 1, 1);
    two.succeedAll();
    assertThat(two.finished).containsExactly(1L);
  }

  @Test
  void linesThatComeBackFromAnUpstreamWithoutTheirModelWaitForOneThatHasIt() {
    two.start(1, 4);
    two.post(new Event.ModelsListed(0, Set.of("other")));
    two.post(new Event.ModelsListed(1, Set.of("other")));

    List.copyOf(two.sent)
        .forEach(line -> two.end(line, new CallOutcome.Unavailable("it is loading", null)));
    two.advance(30_000);

    assertThat(two.sent).isEmpty();
    assertThat(reason()).isEqualTo("no upstream lists the model 'm'");
    two.post(new Event.ListFailed(0, "refused"));
    assertThat(reason()).isEqualTo("no upstream lists the model 'm', and a: refused");
    two.post(new Event.ModelsListed(1, MODEL));
    two.advance(3_000);
    while (!two.probes.isEmpty()) {
      two.probed(null);
    }
    two.succeedAll();
    assertThat(two.finished).containsExactly(1L);
  }

  /** A client's name for a model may be listed by nobody: then those go that do not say. */
  @Test
  void lineGoesToAnUpstreamThatDoesNotSayOnlyWhereNoneListsItsModel() {
    two.lists.put(0, MODEL);
    two.start(1, 100);
    assertThat(called()).containsExactly(0, 0);

    two.post(new Event.ModelsListed(0, Set.of("other")));
    List.copyOf(two.sent).forEach(two::succeed);

    assertThat(called()).containsExactly(1, 1, 1);
  }
}
