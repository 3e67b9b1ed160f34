package dev.nightjar.sim;

import dev.nightjar.config.SettingsException;
import dev.nightjar.sim.answer.ErrorKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Which share of the attempts goes wrong in which way; {@code percents} add up to 100 or less. */
public record ErrorRates(Map<ErrorKind, Double> percents) {
  public static final ErrorRates NONE = new ErrorRates(Map.of());

  /** Those that a plain percentage is spread over: all can be retried. */
  private static final List<ErrorKind> COMMON =
      List.of(
          ErrorKind.RATE_LIMITED,
          ErrorKind.SERVER_ERROR,
          ErrorKind.OVERLOADED,
          ErrorKind.RESET,
          ErrorKind.TRUNCATED);

  private static final String FORM =
      "write a share such as 5%, or percents by kind such as 429=1,reset=0.5";

  public ErrorRates {
    var sorted = new EnumMap<ErrorKind, Double>(ErrorKind.class);
    sorted.putAll(percents);
    percents = java.util.Collections.unmodifiableMap(sorted);
    double sum = percents.values().stream().mapToDouble(Double::doubleValue).sum();
    if (sum > 100) {
      throw new SettingsException("--errors add up to %s %%; 100 is the most".formatted(sum));
    }
  }

  /** As {@code --errors} takes it. */
  public static ErrorRates parse(String text) {
    if (text.equals("none") || text.isBlank()) {
      return NONE;
    }
    var percents = new EnumMap<ErrorKind, Double>(ErrorKind.class);
    if (text.endsWith("%") && text.indexOf('=') < 0) {
      double each = percent(text, text.substring(0, text.length() - 1)) / COMMON.size();
      COMMON.forEach(kind -> percents.put(kind, each));
      return new ErrorRates(percents);
    }
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new SettingsException("--errors is '%s'; %s".formatted(text, FORM));
      }
      String name = part.substring(0, equals).trim();
      ErrorKind kind =
          ErrorKind.of(name)
              .orElseThrow(() ->
                  new SettingsException(
                      "--errors names '%s'; the kinds are %s".formatted(name, ErrorKind.names())));
      percents.put(kind, percent(text, part.substring(equals + 1).trim()));
    }
    return new ErrorRates(percents);
  }

  /** What happens to the next attempt; mostly nothing. */
  Optional<ErrorKind> draw(RandomGenerator random) {
    if (percents.isEmpty()) {
      return Optional.empty();
    }
    double point = random.nextDouble() * 100;
    for (Map.Entry<ErrorKind, Double> entry : percents.entrySet()) {
      point -= entry.getValue();
      if (point < 0) {
        return Optional.of(entry.getKey());
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return percents.isEmpty()
        ? "none"
        : percents.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(","));
  }

  private static double percent(String text, String number) {
    try {
      double percent = Double.parseDouble(number);
      if (percent >= 0 && percent <= 100) {
        return percent;
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw new SettingsException("--errors is '%s'; %s".formatted(text, FORM));
  }
}
