package dev.nightjar.api;

import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the query parameter {@code limit} may be. */
record PageLimit(int min, int max, int fallback) {
  private static final Pattern INTEGER = Pattern.compile("[+-]?\\d{1,40}");
  private static final String PARAM = "limit";

  int of(@Nullable String given) {
    if (given == null || given.isEmpty()) {
      return fallback;
    }
    if (!INTEGER.matcher(given).matches()) {
      throw ApiError.wrongType(PARAM, "an integer", "a string");
    }
    long value = clamped(new BigInteger(given));
    if (value < min) {
      throw ApiError.belowMin(PARAM, min, value);
    }
    if (value > max) {
      throw ApiError.aboveMax(PARAM, max, value);
    }
    return (int) value;
  }

  private static long clamped(BigInteger value) {
    return value
        .max(BigInteger.valueOf(Long.MIN_VALUE))
        .min(BigInteger.valueOf(Long.MAX_VALUE))
        .longValueExact();
  }
}
