package dev.nightjar.api;

import java.math.BigInteger;
import java.util.regex.Pattern;

/** A query parameter that must be an integer within bounds. */
public record QueryInteger(String name, long min, long max) {
  private static final Pattern INTEGER = Pattern.compile("[+-]?\\d{1,40}");

  public long of(String given) {
    if (!INTEGER.matcher(given).matches()) {
      throw ApiError.wrongType(name, "an integer", "a string");
    }
    long value = clamped(new BigInteger(given));
    if (value < min) {
      throw ApiError.belowMin(name, min, value);
    }
    if (value > max) {
      throw ApiError.aboveMax(name, max, value);
    }
    return value;
  }

  private static long clamped(BigInteger value) {
    return value
        .max(BigInteger.valueOf(Long.MIN_VALUE))
        .min(BigInteger.valueOf(Long.MAX_VALUE))
        .longValueExact();
  }
}
