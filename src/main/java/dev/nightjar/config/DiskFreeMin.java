package dev.nightjar.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much of the disk must stay free: the greater of a part of it and a number of bytes. */
public record DiskFreeMin(int percent, long bytes) {
  public static final DiskFreeMin DEFAULT = new DiskFreeMin(2, 1L << 30);

  /** Nothing: a full disk is found out by writing to it. */
  public static final DiskFreeMin NONE = new DiskFreeMin(0, 0);

  private static final String NAME = "disk_free_min";
  private static final Pattern PERCENT = Pattern.compile("(\\d{1,2})\\s*%");

  /** {@code 5%} of the disk, or a number of bytes such as {@code 10GiB}. */
  public static DiskFreeMin parse(String text) {
    Matcher percent = PERCENT.matcher(text.strip());
    if (percent.matches()) {
      return new DiskFreeMin(Integer.parseInt(percent.group(1)), 0);
    }
    try {
      return new DiskFreeMin(0, BytesText.parse(NAME, text));
    } catch (SettingsException _) {
      throw new SettingsException(
          "%s is '%s'; write a part of the disk such as 5%%, or bytes such as 10GiB"
              .formatted(NAME, text));
    }
  }
}
