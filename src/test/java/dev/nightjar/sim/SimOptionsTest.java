package dev.nightjar.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.config.SettingsException;
import dev.nightjar.sim.answer.ErrorKind;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How latencies, error rates and schemas are read. */
class SimOptionsTest {
  @Test
  void latencyStaysBetweenItsBounds() {
    Latency latency = Latency.parse("--latency", "20ms..80ms");
    var random = new SplittableRandom(1);

    for (int i = 0; i < 1000; i++) {
      assertThat(latency.sample(random)).isBetween(Duration.ofMillis(20), Duration.ofMillis(80));
    }
  }

  @Test
  void halfOfTheLognormalLatenciesAreBelowTheMedian() {
    Latency latency = Latency.parse("--latency", "lognormal(2s,1.0)");
    var random = new SplittableRandom(1);
    int below = 0;
    for (int i = 0; i < 10_000; i++) {
      below += latency.sample(random).compareTo(Duration.ofSeconds(2)) < 0 ? 1 : 0;
    }

    assertThat(below).isBetween(4_800, 5_200);
  }

  @Test
  void plainPercentageIsSpreadEvenly() {
    assertThat(ErrorRates.parse("5%").percents()).hasSize(5).containsEntry(ErrorKind.RESET, 1.0);
  }

  @Test
  void errorsComeAsOftenAsAsked() {
    ErrorRates rates = ErrorRates.parse("429=10,u2028=20");
    var random = new SplittableRandom(1);
    int errors = 0;
    for (int i = 0; i < 10_000; i++) {
      errors += rates.draw(random).isPresent() ? 1 : 0;
    }

    assertThat(errors).isBetween(2_800, 3_200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "429", "418=1", "429=x", "429=101", "429=60,500=60", "-1%"})
  void wrongErrorsAreRefused(String text) {
    assertThatThrownBy(() -> ErrorRates.parse(text)).isInstanceOf(SettingsException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "5", "80ms..20ms", "lognormal(2s)"})
  void wrongLatenciesAreRefused(String text) {
    assertThatThrownBy(() -> Latency.parse("--latency", text))
        .isInstanceOf(SettingsException.class);
  }
}
