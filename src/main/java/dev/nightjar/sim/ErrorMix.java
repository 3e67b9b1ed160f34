package dev.nightjar.sim;

import dev.nightjar.config.Settings.SettingsException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which share of the answers go wrong, and how: percent by kind. */
public record ErrorMix(Map<Kind, Double> percent) {
  public static final ErrorMix NONE = new ErrorMix(Map.of());
  private static final List<Kind> USUAL =
      List.of(Kind.STATUS_429, Kind.STATUS_500, Kind.STATUS_503, Kind.RESET, Kind.TRUNCATED);

  /** How an answer goes wrong; {@code pretty} and {@code u2028} are valid ones, but awkward. */
  public enum Kind {
    STATUS_400("400"),
    STATUS_429("429"),
    STATUS_500("500"),
    STATUS_503("503"),
    RESET("reset"),
    HANG("hang"),
    TRUNCATED("truncated"),
    GARBAGE("garbage"),
    PRETTY("pretty"),
    U2028("u2028");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    public static Optional<Kind> of(String text) {
      return Stream.of(values()).filter(kind -> kind.text.equals(text)).findFirst();
    }
  }

  public ErrorMix {
    percent = Map.copyOf(percent);
  }

  /** {@code none}, {@code 5%} of the usual kinds, or {@code 429=1,500=0.5,reset=1}. */
  public static ErrorMix parse(String text) {
    var percent = new EnumMap<Kind, Double>(Kind.class);
    if (text.endsWith("%")) {
      double each = number(text, text.substring(0, text.length() - 1)) / USUAL.size();
      USUAL.forEach(kind -> percent.put(kind, each));
    } else if (!text.equals("none")) {
      for (String part : text.split(",", -1)) {
        int equals = part.indexOf('=');
        Kind kind =
            Kind.of(equals < 0 ? part : part.substring(0, equals).trim())
                .orElseThrow(() -> wrong(text));
        percent.put(kind, number(text, part.substring(equals + 1)));
      }
    }
    if (percent.values().stream().mapToDouble(Double::doubleValue).sum() > 100) {
      throw wrong(text);
    }
    return new ErrorMix(percent);
  }

  private static double number(String text, String number) {
    try {
      return Double.parseDouble(number.trim());
    } catch (NumberFormatException _) {
      throw wrong(text);
    }
  }

  private static SettingsException wrong(String text) {
    return new SettingsException(
        "--errors is '%s'; write 5%%, or percents by kind such as 429=1,500=1,reset=0.5 (kinds: %s)"
            .formatted(
                text, Stream.of(Kind.values()).map(k -> k.text).collect(Collectors.joining(", "))));
  }

  Optional<Kind> draw(RandomGenerator random) {
    if (percent.isEmpty()) {
      return Optional.empty();
    }
    double point = random.nextDouble(100);
    for (Kind kind : Kind.values()) {
      point -= percent.getOrDefault(kind, 0.0);
      if (point < 0) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return percent.isEmpty()
        ? "none"
        : Stream.of(Kind.values())
            .filter(percent::containsKey)
            .map(kind -> String.format(Locale.ROOT, "%s=%s%%", kind.text, percent.get(kind)))
            .collect(Collectors.joining(","));
  }
}
