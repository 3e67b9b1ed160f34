package dev.nightjar.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.message.EngineFigures;
import dev.nightjar.engine.message.EngineFigures.Done;
import dev.nightjar.engine.message.EngineFigures.Illness;
import dev.nightjar.engine.message.EngineFigures.UpstreamFigures;
import dev.nightjar.engine.message.EngineFigures.Validating;
import dev.nightjar.engine.message.Failure.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("F1")
class PatienceTest {
  private static final int NEVER = 100 * 60;

  private static UpstreamFigures upstream(@Nullable Kind illness, boolean hasAnswered) {
    return upstream("a", 1, illness, hasAnswered);
  }

  private static UpstreamFigures upstream(
      String name, int inFlight, @Nullable Kind illness, boolean hasAnswered) {
    Illness ill = illness == null ? null : new Illness(illness, name + " says " + illness, 0);
    return new UpstreamFigures(name, inFlight, 8, 1, 0, 0, null, ill, 0, hasAnswered);
  }

  private static EngineFigures figures(long completed, UpstreamFigures... upstreams) {
    return new EngineFigures(
        List.of(upstreams),
        1,
        0,
        0,
        0,
        1,
        new Validating(0, 0, 0),
        new Done(completed, 0, completed, 0, 0),
        null);
  }

  /** After how many seconds it gives up, looking once a second. */
  private static int secondsUntilEnd(Patience patience, EngineFigures figures, int begin) {
    for (int second = begin; second < NEVER; second++) {
      if (patience.look(figures, second * 1_000L).isPresent()) {
        return second - begin;
      }
    }
    return NEVER;
  }

  @ParameterizedTest
  @CsvSource({
    "ASTRAY, false, 8, 6",
    "DENIED, false, 45, 5",
    "BROKEN, false, 600, 6",
    "THROTTLED, false, 600, 6",
    "ASTRAY, true, 600, 6",
    "DENIED, true, 600, 5",
  })
  void runGivesUpAsItsUpstreamsAre(Kind kind, boolean hasAnswered, int seconds, int exitCode) {
    EngineFigures figures = figures(0, upstream(kind, hasAnswered));

    assertThat(secondsUntilEnd(new Patience(null, 0), figures, 0)).isEqualTo(seconds);
    var patience = new Patience(null, 0);
    var _ = patience.look(figures, 0);
    assertThat(patience.look(figures, 700_000)).map(Patience.End::exitCode).contains(exitCode);
    assertThat(patience.look(figures, 700_000).orElseThrow().sentence())
        .contains("a says " + kind, "--wait-for-upstream");
  }

  @Test
  void waitThatIsAskedForReplacesThemAll() {
    for (Kind kind : List.of(Kind.ASTRAY, Kind.DENIED, Kind.BROKEN)) {
      for (int seconds : List.of(2, 7_000 / 2)) {
        var patience = new Patience(Duration.ofSeconds(seconds), 0);

        assertThat(secondsUntilEnd(patience, figures(0, upstream(kind, false)), 0))
            .isEqualTo(seconds);
      }
    }
  }

  @Test
  void timeCountsFromTheLastThatWasOk() {
    var patience = new Patience(null, 0);
    var _ = patience.look(figures(0, upstream(null, true)), 0);
    var _ = patience.look(figures(1, upstream(null, true)), 500_000);

    assertThat(secondsUntilEnd(patience, figures(1, upstream(Kind.ASTRAY, true)), 501))
        .isEqualTo(599);
  }

  @Test
  void nobodyGivesUpWhileAnUpstreamIsWellOrOnlySlow() {
    var slow = figures(0, upstream(null, false));
    var oneIsWell = figures(0, upstream("a", 0, Kind.ASTRAY, false), upstream("b", 3, null, false));
    var otherIsNotAsked =
        figures(0, upstream("a", 0, Kind.ASTRAY, false), upstream("b", 0, null, false));

    assertThat(secondsUntilEnd(new Patience(null, 0), slow, 0)).isEqualTo(NEVER);
    assertThat(secondsUntilEnd(new Patience(null, 0), oneIsWell, 0)).isEqualTo(NEVER);
    assertThat(secondsUntilEnd(new Patience(null, 0), otherIsNotAsked, 0)).isEqualTo(8);
  }

  @Test
  void illnessThatPassesBeginsAnew() {
    var patience = new Patience(null, 0);
    EngineFigures ill = figures(0, upstream(Kind.ASTRAY, false));
    for (int second = 0; second < 60; second++) {
      EngineFigures now = second % 5 == 4 ? figures(0, upstream(null, false)) : ill;
      assertThat(patience.look(now, second * 1_000L)).isEqualTo(Optional.empty());
    }
  }

  @Test
  void illnessIsSaidAtOnceAndOnceAMinute() {
    var patience = new Patience(null, 0);
    EngineFigures ill = figures(0, upstream(Kind.BROKEN, false));

    assertThat(patience.news(figures(0, upstream(null, false)), 0)).isEmpty();
    assertThat(patience.news(ill, 100)).containsExactly("a says BROKEN");
    assertThat(patience.news(ill, 200)).isEmpty();
    assertThat(patience.news(ill, 60_200)).containsExactly("a says BROKEN (still)");
    assertThat(patience.news(figures(0, upstream(Kind.ASTRAY, false)), 60_300))
        .containsExactly("a says ASTRAY");
  }
}
