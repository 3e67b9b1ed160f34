package dev.nightjar.cost;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The price of each model.
 *
 * @param currency of all prices, and of budgets
 * @param byModel names as batches ask for them; {@value #OTHERS} for all that have no entry
 */
public record PriceTable(String currency, Map<String, Price> byModel) {
  public static final PriceTable NONE = new PriceTable("USD", Map.of());
  public static final String OTHERS = "*";

  /** A snapshot costs what its model costs: gpt-5-2025-08-07 is gpt-5. */
  private static final Pattern SNAPSHOT = Pattern.compile("-\\d{4}-\\d{2}-\\d{2}$");

  public PriceTable {
    byModel = Map.copyOf(byModel);
  }

  /** {@code model} is null where the lines of a batch ask for several. */
  public Optional<Price> of(@Nullable String model) {
    String name = model == null ? OTHERS : model;
    Price exact = byModel.get(name);
    if (exact == null) {
      exact = byModel.get(SNAPSHOT.matcher(name).replaceFirst(""));
    }
    return Optional.ofNullable(exact == null ? byModel.get(OTHERS) : exact);
  }
}
