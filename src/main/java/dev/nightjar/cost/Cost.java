package dev.nightjar.cost;

import java.math.BigDecimal;

/**
 * What tokens cost.
 *
 * @param standard by the list, as online requests would pay
 * @param batch what is charged
 */
public record Cost(String currency, BigDecimal standard, BigDecimal batch) {
  public Cost {
    standard = plain(standard);
    batch = plain(batch);
  }

  private static BigDecimal plain(BigDecimal number) {
    BigDecimal stripped = number.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  public BigDecimal saved() {
    return plain(standard.subtract(batch));
  }

  /** Of the same currency. */
  public Cost plus(Cost other) {
    if (!currency.equals(other.currency)) {
      throw new IllegalArgumentException(
          "%s and %s cannot be added".formatted(currency, other.currency));
    }
    return new Cost(currency, standard.add(other.standard), batch.add(other.batch));
  }
}
