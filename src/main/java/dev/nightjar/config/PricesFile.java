package dev.nightjar.config;

import dev.nightjar.cost.Price;
import dev.nightjar.cost.PriceTable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The section {@code prices} of the settings file. */
public record PricesFile(
    @Nullable String currency,
    @Nullable BigDecimal batchFactor,
    @Nullable Map<String, @Nullable ModelPrice> models) {
  private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
  private static final BigDecimal BATCH_FACTOR = new BigDecimal("0.5");
  private static final BigDecimal MILLION = new BigDecimal(1_000_000);

  /**
   * Either list prices per million tokens, or what an hour of the hardware costs and how many
   * tokens it makes: then all tokens cost the same, and batches are not cheaper by themselves.
   */
  public record ModelPrice(
      @Nullable BigDecimal input,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal output,
      @Nullable BigDecimal batchFactor,
      @Nullable BigDecimal gpuHour,
      @Nullable BigDecimal tokensPerGpuHour) {}

  PriceTable table() {
    String unit = currency == null ? PriceTable.NONE.currency() : currency;
    if (!CURRENCY.matcher(unit).matches()) {
      throw new SettingsException(
          "prices.currency is '%s'; write three capital letters such as USD".formatted(unit));
    }
    var byModel = new HashMap<String, Price>();
    if (models != null) {
      models.forEach((model, price) -> byModel.put(model, price(unit, model, price)));
    }
    return new PriceTable(unit, byModel);
  }

  private Price price(String unit, String model, @Nullable ModelPrice given) {
    String name = "prices.models." + model;
    if (given == null) {
      throw new SettingsException(
          name + " is empty; write input and output, or gpu_hour and tokens_per_gpu_hour");
    }
    boolean isByHour = given.gpuHour() != null || given.tokensPerGpuHour() != null;
    if (isByHour && (given.input() != null || given.output() != null)) {
      throw new SettingsException(
          name + " has prices per token and per hour; write one or the other");
    }
    if (isByHour) {
      BigDecimal perToken = perMillion(name, given);
      BigDecimal factor = given.batchFactor() == null ? BigDecimal.ONE : given.batchFactor();
      return new Price(unit, perToken, null, perToken, atLeastZero(name + ".batch_factor", factor));
    }
    BigDecimal ours = batchFactor == null ? BATCH_FACTOR : batchFactor;
    return new Price(
        unit,
        required(name + ".input", given.input()),
        given.cachedInput() == null
            ? null
            : atLeastZero(name + ".cached_input", given.cachedInput()),
        // Embeddings and moderations have no output.
        given.output() == null ? BigDecimal.ZERO : atLeastZero(name + ".output", given.output()),
        atLeastZero(
            name + ".batch_factor", given.batchFactor() == null ? ours : given.batchFactor()));
  }

  private static BigDecimal perMillion(String name, ModelPrice given) {
    BigDecimal tokens = required(name + ".tokens_per_gpu_hour", given.tokensPerGpuHour());
    if (tokens.signum() == 0) {
      throw new SettingsException(name + ".tokens_per_gpu_hour is 0; it must be more");
    }
    return required(name + ".gpu_hour", given.gpuHour())
        .multiply(MILLION)
        .divide(tokens, MathContext.DECIMAL64);
  }

  private static BigDecimal required(String name, @Nullable BigDecimal number) {
    if (number == null) {
      throw new SettingsException(name + " is missing");
    }
    return atLeastZero(name, number);
  }

  private static BigDecimal atLeastZero(String name, BigDecimal number) {
    if (number.signum() < 0) {
      throw new SettingsException("%s is %s; it cannot be negative".formatted(name, number));
    }
    return number;
  }
}
