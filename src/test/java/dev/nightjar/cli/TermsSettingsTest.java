package dev.nightjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nightjar.config.SettingsException;
import dev.nightjar.cost.Cost;
import dev.nightjar.cost.Quotas;
import dev.nightjar.cost.Terms;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How prices and quotas are written in {@code nightjar.yaml}. */
class TermsSettingsTest {
  @TempDir Path folder;

  private Terms terms(String yaml) throws IOException {
    return terms(Files.writeString(folder.resolve("nightjar.yaml"), yaml));
  }

  private static Terms terms(Path file) {
    var command = new ServeCommand(Map.of("NIGHTJAR_UPSTREAM", "http://127.0.0.1:1"), _ -> 0);
    command.config = file;
    return command.settings().terms();
  }

  @Test
  void nothingSetIsFreeAndEndless() throws IOException {
    assertThat(terms("port: 1")).isEqualTo(Terms.NONE);
  }

  @Test
  void exampleHasThePricesOfTheGuidesExample() {
    Terms terms = terms(Path.of("examples/nightjar.yaml"));

    Cost cost = terms.prices().of("gpt-5").orElseThrow().cost(10_000 * 500L, 0, 10_000 * 200L);

    assertThat(cost.standard()).isEqualByComparingTo("26.25");
    assertThat(cost.batch()).isEqualByComparingTo("13.125");
    assertThat(cost.saved()).isEqualByComparingTo("13.125");
    assertThat(terms.prices().of("text-embedding-3-small").orElseThrow().output())
        .isEqualByComparingTo("0");
    assertThat(terms.quotas()).isEqualTo(Quotas.NONE);
  }

  @Test
  void factorAndCurrencyAreForAllModelsUnlessOneHasItsOwn() throws IOException {
    Terms terms =
        terms(
            """
            prices:
              currency: EUR
              batch_factor: 0.75
              models:
                a: {input: 1, output: 2}
                b: {input: 1, output: 2, batch_factor: 1}
            """);

    assertThat(terms.prices().of("a").orElseThrow().text()).isEqualTo("EUR 1 - 2 0.75");
    assertThat(terms.prices().of("b").orElseThrow().text()).isEqualTo("EUR 1 - 2 1");
  }

  @Test
  void hourOfHardwareIsAPriceForItsTokens() throws IOException {
    Terms terms =
        terms("prices: {models: {\"*\": {gpu_hour: 2.40, tokens_per_gpu_hour: 9000000}}}");

    Cost cost = terms.prices().of("anything").orElseThrow().cost(4_500_000, 0, 4_500_000);

    assertThat(cost.standard().doubleValue()).isCloseTo(2.40, within(1e-9));
    assertThat(cost.batch()).as("hardware costs the same for a batch").isEqualTo(cost.standard());
  }

  @Test
  void projectsHaveQuotasOfTheirOwnOrThatOfAll() throws IOException {
    Quotas quotas =
        terms(
                """
                quota:
                  enqueued_tokens: 100
                  enqueued_tokens_by_model: {big: 10}
                  monthly_budget: 5.50
                projects:
                  research: {enqueued_tokens: 1000}
                  demo: {enqueued_tokens_by_model: {big: 0}, monthly_budget: 0}
                """)
            .quotas();

    assertThat(quotas.enqueuedTokensMax("other", "m")).isEqualTo(100);
    assertThat(quotas.enqueuedTokensMax("other", "big")).isEqualTo(10);
    assertThat(quotas.enqueuedTokensMax("other", null)).isEqualTo(100);
    assertThat(quotas.enqueuedTokensMax("research", "m")).isEqualTo(1_000);
    assertThat(quotas.enqueuedTokensMax("research", "big")).isEqualTo(1_000);
    assertThat(quotas.enqueuedTokensMax("demo", "big")).isEqualTo(0);
    assertThat(quotas.enqueuedTokensMax("demo", "m")).isEqualTo(100);
    assertThat(quotas.monthlyBudget("other")).isEqualTo(new BigDecimal("5.50"));
    assertThat(quotas.monthlyBudget("demo")).isEqualByComparingTo("0");
    assertThat(Quotas.NONE.enqueuedTokensMax("other", "m")).isNull();
    assertThat(Quotas.NONE.monthlyBudget("other")).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          prices: {currency: dollars}                                  | prices.currency is 'dollars'; write three capital letters such as USD
          prices: {models: {a: }}                                      | prices.models.a is empty; write input and output
          prices: {models: {a: {output: 1}}}                           | prices.models.a.input is missing
          prices: {models: {a: {input: -1}}}                           | prices.models.a.input is -1; it cannot be negative
          prices: {models: {a: {input: 1, gpu_hour: 2}}}               | prices.models.a has prices per token and per hour; write one or the other
          prices: {models: {a: {gpu_hour: 2}}}                         | prices.models.a.tokens_per_gpu_hour is missing
          prices: {models: {a: {gpu_hour: 2, tokens_per_gpu_hour: 0}}} | prices.models.a.tokens_per_gpu_hour is 0; it must be more
          prices: {batch_factor: -0.5, models: {a: {input: 1}}}        | prices.models.a.batch_factor is -0.5; it cannot be negative
          prices: {model: {}}                                          | unknown setting 'model'
          quota: {enqueued_tokens: -1}                                 | quota.enqueued_tokens is -1; it cannot be negative
          quota: {enqueued_tokens_by_model: {m: -1}}                   | quota.enqueued_tokens_by_model.m is -1; it cannot be negative
          projects: {p: {monthly_budget: -1}}                          | projects.p.monthly_budget is -1; it cannot be negative
          projects: {p: }                                              | projects.p is empty
          """)
  void mistakesAreNamed(String yaml, String message) {
    assertThatThrownBy(() -> terms(yaml))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(message);
  }

  @Test
  void projectsMayHaveSoManyCallsAtATime() throws IOException {
    Quotas quotas =
        terms("quota: {max_in_flight: 64}\nprojects: {a: {max_in_flight: 8}, b: {}}").quotas();

    assertThat(quotas.maxInFlight("a")).isEqualTo(8);
    assertThat(quotas.maxInFlight("b")).isEqualTo(64);
    assertThat(quotas.maxInFlight("c")).isEqualTo(64);
    assertThat(Quotas.NONE.maxInFlight("c")).isNull();
    assertThatThrownBy(() -> terms("projects: {a: {max_in_flight: 0}}"))
        .isInstanceOf(SettingsException.class)
        .hasMessage("projects.a.max_in_flight is 0; it must be at least 1");
  }
}
