package dev.nightjar.api.batches;

import dev.nightjar.api.ApiError;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long a batch may take: {@code 24h}, or any other number of minutes, hours or days. */
final class CompletionWindow {
  private static final Pattern WINDOW = Pattern.compile("(\\d{1,9})([mhd])");
  private static final Duration MIN = Duration.ofMinutes(30);
  private static final Duration MAX = Duration.ofDays(30);

  private CompletionWindow() {}

  static Duration of(String text) {
    Matcher matcher = WINDOW.matcher(text);
    if (matcher.matches()) {
      Duration window = duration(Long.parseLong(matcher.group(1)), matcher.group(2));
      if (window.compareTo(MIN) >= 0 && window.compareTo(MAX) <= 0) {
        return window;
      }
    }
    throw ApiError.invalidValue(
        "completion_window",
        ("Invalid value: '%s'. Supported values for 'completion_window' are '24h' and other whole"
                + " numbers of minutes, hours or days (m, h, d) from 30m to 30d.")
            .formatted(text));
  }

  private static Duration duration(long number, String unit) {
    return switch (unit) {
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }
}
