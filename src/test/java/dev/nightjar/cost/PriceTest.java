package dev.nightjar.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceTest {
  private static final Price GPT_5 =
      new Price("USD", money("1.25"), money("0.125"), money("10.00"), money("0.5"));

  private static BigDecimal money(String text) {
    return new BigDecimal(text);
  }

  @Test
  void tenThousandDocumentsCostWhatTheGuideSays() {
    Cost cost = GPT_5.cost(10_000 * 500L, 0, 10_000 * 200L);

    assertThat(cost.standard()).isEqualByComparingTo("26.25");
    assertThat(cost.batch()).isEqualByComparingTo("13.125");
    assertThat(cost.saved()).isEqualByComparingTo("13.125");
  }

  @Test
  void cachedInputHasItsOwnPriceIfThereIsOne() {
    var without = new Price("USD", money("1.25"), null, money("10"), money("0.5"));

    assertThat(GPT_5.cost(1_000_000, 400_000, 0).standard()).isEqualByComparingTo("0.8");
    assertThat(without.cost(1_000_000, 400_000, 0).standard()).isEqualByComparingTo("1.25");
  }

  @Test
  void nothingIsRounded() {
    var nano = new Price("USD", money("0.05"), money("0.005"), money("0.40"), money("0.5"));

    assertThat(nano.cost(3, 1, 1).batch()).isEqualByComparingTo("0.0000002525");
    assertThat(nano.cost(Long.MAX_VALUE / 2, 0, 1).standard())
        .isEqualByComparingTo("230584300921.36939555");
  }

  @Test
  void textBringsThePriceBack() {
    var whole = new Price("EUR", money("100"), null, money("1E+3"), money("1.0"));

    assertThat(Price.parse(GPT_5.text())).isEqualTo(GPT_5);
    assertThat(GPT_5.text()).isEqualTo("USD 1.25 0.125 10 0.5");
    assertThat(Price.parse(whole.text())).isEqualTo(whole);
    assertThat(whole.text()).isEqualTo("EUR 100 - 1000 1");
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-5, 1.25",
    "gpt-5-2025-08-07, 1.25",
    "gpt-5-mini, 3",
    "gpt-5-mini-2025-08-07, 3",
    "gpt-5-2025, 7",
    "other, 7",
    ", 7"
  })
  void modelHasItsOwnPriceThatOfItsNameWithoutDateOrThatOfAllOthers(String model, String input) {
    var mini = new Price("USD", money("3"), null, money("3"), money("1"));
    var others = new Price("USD", money("7"), null, money("7"), money("1"));
    var table = new PriceTable("USD", Map.of("gpt-5", GPT_5, "gpt-5-mini", mini, "*", others));

    assertThat(table.of(model).orElseThrow().input()).isEqualTo(input);
  }

  @Test
  void modelWithoutAPriceHasNone() {
    assertThat(PriceTable.NONE.of("m")).isEmpty();
    assertThat(PriceTable.NONE.of(null)).isEmpty();
  }

  @Test
  void costsOfTwoCurrenciesAreNotAdded() {
    var euro = new Cost("EUR", money("1"), money("1"));
    var dollar = new Cost("USD", money("1"), money("1"));

    assertThat(euro.plus(euro).batch()).isEqualByComparingTo("2");
    assertThatThrownBy(() -> euro.plus(dollar)).hasMessage("EUR and USD cannot be added");
  }

  @Test
  void negativePricesAreRefused() {
    assertThatThrownBy(() -> new Price("USD", money("-1"), null, money("1"), money("1")))
        .hasMessageContaining("cannot be negative: -1");
  }
}
