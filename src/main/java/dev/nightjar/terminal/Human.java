package dev.nightjar.terminal;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Values as people read them. */
public final class Human {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
  private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};

  private Human() {}

  /** {@code 1,234}. */
  public static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** The same of a field; {@code -} if it has none. */
  public static String number(JsonNode number) {
    return number.isNumber() ? number(number.asLong()) : "-";
  }

  /** {@code 1 line}, {@code 1,234 lines}. */
  public static String count(long number, String noun) {
    return number(number) + " " + noun + (number == 1 ? "" : "s");
  }

  /** {@code 999 B}, {@code 1.2 GB}: decimal, as disks and networks count. */
  public static String bytes(long bytes) {
    if (bytes < 1_000) {
      return bytes + " B";
    }
    double value = bytes / 1_000.0;
    int unit = 0;
    while (value >= 999.95 && unit < UNITS.length - 1) {
      value /= 1_000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }

  /** {@code 0.4s}, {@code 3m 12s}, {@code 2h 05m}, {@code 3d 04h}. */
  public static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1fs", duration.toMillis() / 1_000.0);
    }
    if (seconds < 3_600) {
      return "%dm %02ds".formatted(seconds / 60, seconds % 60);
    }
    if (seconds < 86_400) {
      return "%dh %02dm".formatted(seconds / 3_600, seconds / 60 % 60);
    }
    return "%dd %02dh".formatted(seconds / 86_400, seconds / 3_600 % 24);
  }

  /** The same in whole seconds, for what is not known better. */
  public static String seconds(Duration duration) {
    return duration.toSeconds() < 60 ? duration.toSeconds() + "s" : duration(duration);
  }

  /** {@code 2026-11-20 10:00:00}. */
  public static String time(long epochSeconds, ZoneId zone) {
    return TIME.format(Instant.ofEpochSecond(epochSeconds).atZone(zone));
  }

  /** The same of a field; {@code -} if it has none. */
  public static String time(JsonNode epochSeconds, ZoneId zone) {
    return epochSeconds.isNumber() ? time(epochSeconds.asLong(), zone) : "-";
  }

  /** With a space for each character that a terminal would obey instead of showing it. */
  public static String printable(String text) {
    return text.codePoints()
        .map(point -> Printable.isSeen(point) ? point : ' ')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
