package dev.nightjar.cost;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a model's tokens cost: list prices per million tokens, in a currency, and the factor by
 * which a batch is cheaper. Reasoning is output, cached tokens are part of the input.
 *
 * @param cachedInput for input that the engine had in its cache; null: as other input
 * @param batchFactor what of the list price a batch pays, such as 0.5
 */
public record Price(
    String currency,
    BigDecimal input,
    @Nullable BigDecimal cachedInput,
    BigDecimal output,
    BigDecimal batchFactor) {
  private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
  private static final BigDecimal PER_MILLION = new BigDecimal("0.000001");
  private static final String NONE = "-";

  public Price {
    if (!CURRENCY.matcher(currency).matches()) {
      throw new IllegalArgumentException("not a currency such as USD: " + currency);
    }
    input = plain(input);
    cachedInput = cachedInput == null ? null : plain(cachedInput);
    output = plain(output);
    batchFactor = plain(batchFactor);
  }

  /** One form for equal numbers, so that equal prices are equal, also as text. */
  private static BigDecimal plain(BigDecimal number) {
    if (number.signum() < 0) {
      throw new IllegalArgumentException("a price cannot be negative: " + number);
    }
    BigDecimal stripped = number.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  /** Exact: nothing is rounded. {@code input} includes {@code cached}. */
  public Cost cost(long inputTokens, long cachedTokens, long outputTokens) {
    BigDecimal cached = cachedInput == null ? input : cachedInput;
    BigDecimal standard =
        input
            .multiply(BigDecimal.valueOf(inputTokens - cachedTokens))
            .add(cached.multiply(BigDecimal.valueOf(cachedTokens)))
            .add(output.multiply(BigDecimal.valueOf(outputTokens)))
            .multiply(PER_MILLION);
    return new Cost(currency, standard, standard.multiply(batchFactor));
  }

  /** For a database: currency, input, cached input, output and factor, separated by spaces. */
  public String text() {
    return String.join(
        " ",
        currency,
        input.toPlainString(),
        cachedInput == null ? NONE : cachedInput.toPlainString(),
        output.toPlainString(),
        batchFactor.toPlainString());
  }

  /** The price that {@link #text} was made of. */
  public static Price parse(String text) {
    String[] parts = text.split(" ", -1);
    if (parts.length != 5) {
      throw new IllegalArgumentException("not a price: " + text);
    }
    return new Price(
        parts[0],
        new BigDecimal(parts[1]),
        parts[2].equals(NONE) ? null : new BigDecimal(parts[2]),
        new BigDecimal(parts[3]),
        new BigDecimal(parts[4]));
  }
}
