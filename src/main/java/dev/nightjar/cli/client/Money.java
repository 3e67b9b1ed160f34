package dev.nightjar.cli.client;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** What a cost of the API is for people; JSON has it exactly. */
public final class Money {
  private static final int DIGITS = 4;

  private Money() {}

  /** One amount of a {@code nightjar.cost}, such as {@code 13.1250 USD}. */
  public static String of(JsonNode cost, String amount) {
    JsonNode value = cost.path(amount);
    return value.isNumber()
        ? text(value.decimalValue()) + " " + cost.path("currency").asString("")
        : "-";
  }

  public static String text(BigDecimal amount) {
    return String.format(Locale.ROOT, "%,.4f", amount.setScale(DIGITS, RoundingMode.HALF_UP));
  }
}
