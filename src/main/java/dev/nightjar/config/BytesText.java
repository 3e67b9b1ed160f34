package dev.nightjar.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers of bytes as people write them: {@code 65536}, {@code 512KiB}, {@code 256MiB}. */
final class BytesText {
  private static final Pattern FORM = Pattern.compile("(\\d{1,15})\\s*([KMGT]iB)?");
  private static final String UNITS = "KMGT";

  private BytesText() {}

  /** {@code name} is the setting's, for the message. */
  static long parse(String name, String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (matcher.matches()) {
      String unit = matcher.group(2);
      int shift = unit == null ? 0 : 10 * (UNITS.indexOf(unit.charAt(0)) + 1);
      long number = Long.parseLong(matcher.group(1));
      if (number <= Long.MAX_VALUE >> shift) {
        return number << shift;
      }
    }
    throw new SettingsException(
        "%s is '%s'; write a number of bytes such as 65536, 512KiB, 256MiB or 4GiB"
            .formatted(name, text));
  }

  /** Null stays null: it is not set. */
  static @Nullable Long parseIfSet(String name, @Nullable String text) {
    return text == null ? null : parse(name, text);
  }
}
