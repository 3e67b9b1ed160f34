package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.engine.message.KnownModels;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.ModelNames;
import dev.nightjar.engine.message.UpstreamSpec;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A line goes only to upstreams that have its model, for all that they said. */
@Tag("K4")
class ListingsTest {
  private static final int MODELS = Integer.getInteger("mixed.models", 100_000);
  private static final Set<String> MODEL = Set.of(EngineDriver.MODEL);

  private final EngineDriver two =
      new EngineDriver(new UpstreamSpec("a", Set.of(), 2), new UpstreamSpec("b", Set.of(), 3));

  private @Nullable String reason() {
    return two.live(1).reason();
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
            new KnownModels("a", ModelNames.of(MODEL), two.now, true),
            new KnownModels("b", ModelNames.of(Set.of()), two.now, true));
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
            new KnownModels("a", ModelNames.of(Set.of("other")), two.now, true),
            new KnownModels("b", ModelNames.of(MODEL), two.now, true));
  }

  @Test
  @Tag("F2")
  void lineIsSentWithTheNameThatItsUpstreamLists() {
    two.lists.put(0, Set.of(EngineDriver.MODEL + ":latest"));
    two.lists.put(1, MODEL);
    two.post(new Event.Tick());

    two.start(1, 100);

    assertThat(two.sent)
        .extracting(line -> two.call(line).upstream(), line -> two.call(line).otherName())
        .containsOnly(tuple(0, EngineDriver.MODEL + ":latest"), tuple(1, null));
  }

  @Test
  void upstreamThatCannotBeAskedHasWhatItHad() {
    two.lists.put(0, MODEL);
    two.lists.put(1, MODEL);
    two.post(new Event.Tick());

    two.post(new Event.ListFailed(0, "refused"));
    two.start(1, 100);

    assertThat(called()).containsExactly(0, 0, 1, 1, 1);
    assertThat(two.told.getFirst())
        .isEqualTo(new KnownModels("a", ModelNames.of(MODEL), two.now, false));
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

  /** All calls of the first upstream fail, and then a control call. */
  private void makeTheFirstIll() {
    while (two.controls.isEmpty()) {
      LineId next = two.takeSent();
      boolean isFirst = two.call(next).upstream() == 0;
      two.end(next, isFirst ? Outcomes.failed(Kind.ASTRAY, 404, "unknown") : Outcomes.ok());
    }
    for (LineId line : List.copyOf(two.sent)) {
      if (two.call(line).upstream() == 0) {
        two.end(line, Outcomes.failed(Kind.ASTRAY, 404, "unknown"));
      }
    }
    two.controlled(Outcomes.failed(Kind.ASTRAY, 404, "unknown"));
  }

  @Test
  @Tag("F2")
  void upstreamThatFallsIllIsAskedAtOnceWhichModelsItHas() {
    two.lists.put(0, MODEL);
    two.lists.put(1, MODEL);
    two.start(1, 1_000);

    two.lists.put(0, Set.of("other"));
    makeTheFirstIll();

    assertThat(two.listings).isEqualTo(3);
    assertThat(called()).containsExactly(1, 1, 1);
    two.controls.clear();
    for (int i = 0; i < 100; i++) {
      two.advance(1_000);
      assertThat(called()).containsExactly(1, 1, 1);
    }
  }

  @Test
  @Tag("F2")
  void upstreamThatIsBackSaysWhichModelsItHasBeforeItGetsALine() {
    two.lists.put(0, MODEL);
    two.lists.put(1, MODEL);
    two.start(1, 1_000);
    makeTheFirstIll();
    two.areListingsSlow = true;

    two.advance(1_000);
    two.controlledOk();
    assertThat(called()).containsExactly(1, 1, 1);

    two.post(new Event.ListFailed(0, "refused"));
    assertThat(called()).containsExactly(0, 1, 1, 1);
  }

  @Test
  void linesThatComeBackFromAnUpstreamWithoutTheirModelWaitForOneThatHasIt() {
    two.start(1, 4);
    two.post(new Event.ModelsListed(0, Set.of("other")));
    two.post(new Event.ModelsListed(1, Set.of("other")));

    List.copyOf(two.sent).forEach(line -> two.end(line, Outcomes.unreachable("it is loading")));
    two.advance(30_000);

    assertThat(two.sent).isEmpty();
    assertThat(reason()).isEqualTo("no upstream lists the model 'm'");
    two.post(new Event.ListFailed(0, "refused"));
    assertThat(reason())
        .isEqualTo("no upstream lists the model 'm', and a cannot be asked again: refused");
    two.post(new Event.ModelsListed(1, MODEL));
    two.advance(3_000);
    two.succeedAll();
    assertThat(two.finished).containsExactly(1L);
  }

  /** A queue for each name that a client thinks of would slow down every step. */
  @Test
  @Tag("F2")
  void eachOfManyModelsGoesWhereItIsAndIsForgottenOnceNoLineOfItIsLeft() {
    for (int upstream = 0; upstream < 2; upstream++) {
      int rest = upstream;
      two.lists.put(
          upstream,
          IntStream.range(0, MODELS)
              .filter(i -> i % 2 == rest)
              .mapToObj(i -> "model " + i)
              .collect(Collectors.toSet()));
    }
    two.isMixed = true;
    two.start(1, MODELS);

    int most = 0;
    int wrong = 0;
    while (!two.sent.isEmpty()) {
      LineId line = two.takeSent();
      wrong += two.call(line).number() % 2 == two.call(line).upstream() ? 0 : 1;
      two.succeed(line);
      most = Math.max(most, lanes(two));
    }

    assertThat(two.finished).containsExactly(1L);
    assertThat(wrong).as("calls of a model that is elsewhere").isZero();
    assertThat(most).isLessThan(100);
    assertThat(lanes(two)).isZero();
  }

  @Test
  @Tag("F2")
  void batchOfSeveralModelsSaysWhichOfThemNobodyHas() {
    two.lists.put(0, Set.of("model 0"));
    two.lists.put(1, Set.of("model 1"));
    two.isMixed = true;
    two.start(1, 3);

    two.succeedAll();

    assertThat(reason()).isEqualTo("no upstream lists the model 'model 2'");
    two.post(new Event.ModelsListed(1, Set.of("model 2")));
    two.succeedAll();
    assertThat(two.finished).containsExactly(1L);
  }

  @Test
  void modelIsForgottenWhenItsLinesAreDroppedOrTheLastOfItFails() {
    var driver = new EngineDriver(8);
    driver.isMixed = true;
    driver.start(1, 1_000);
    driver.end(driver.takeSent(), Outcomes.failed(Kind.BROKEN, 500, "500"));
    driver.end(driver.takeSent(), Outcomes.broken());

    driver.post(new Event.Stopping(1, Ending.CANCELLED));
    List.copyOf(driver.sent).forEach(line -> driver.end(line, new CallOutcome.Aborted()));

    assertThat(driver.finished).containsExactly(1L);
    assertThat(lanes(driver)).isZero();
  }

  private static int lanes(EngineDriver driver) {
    return driver.engine.picture().figures().upstreams().getFirst().openLanes();
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
