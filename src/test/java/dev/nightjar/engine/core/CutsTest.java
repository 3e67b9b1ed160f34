package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.engine.message.Failure.Mark;
import dev.nightjar.engine.message.LineId;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Calls that are cut off together, and the line that does it. */
@Tag("F1")
class CutsTest {
  private static final CallOutcome DOWN = Outcomes.failed(Kind.BROKEN, 502, "502", Mark.CUT);

  private EngineDriver driver = new EngineDriver(4);

  @Test
  void lineThatKillsItsUpstreamEachTimeEndsAndNoOtherDoes() {
    for (int slots : List.of(1, 4, 64)) {
      driver = new EngineDriver(slots);
      driver.start(1, 640);
      for (int i = 0; i < 100; i++) {
        driver.succeed(driver.takeSent());
      }
      LineId poison = List.copyOf(driver.sent).get(slots / 2);

      int kills = killing(poison);

      assertThat(driver.finished).as("%d slots", slots).containsExactly(1L);
      assertThat(driver.appended).filteredOn(p -> !p.answer().isSuccess()).hasSize(1);
      assertThat(kills).as("%d slots", slots).isLessThanOrEqualTo(slots <= 4 ? 5 : 9);
    }
  }

  /** It takes two seconds to die of it, and five to be there again; how often it dies. */
  private int killing(LineId poison) {
    int kills = 0;
    for (int i = 0; i < 10_000 && driver.finished.isEmpty(); i++) {
      if (driver.sent.contains(poison)) {
        driver.advance(2_000);
        kills++;
        List.copyOf(driver.sent).forEach(line -> driver.end(line, Outcomes.reset()));
        for (int second = 0; second < 20; second++) {
          while (!driver.sent.isEmpty()) {
            driver.end(driver.takeSent(), DOWN);
          }
          while (!driver.controls.isEmpty()) {
            driver.controlled(DOWN);
          }
          driver.advance(250);
        }
      } else if (!driver.sent.isEmpty()) {
        driver.succeed(driver.takeSent());
      }
      driver.controlledOk();
      driver.advance(50);
    }
    return kills;
  }
}
