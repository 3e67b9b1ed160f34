package dev.nightjar.api;

import java.math.BigInteger;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** How long a file lives from its creation: the anchor and the seconds of {@code expires_after}. */
public final class ExpiresAfter {
  private static final String ANCHOR = "created_at";
  private static final long SECONDS_MIN = Duration.ofHours(1).toSeconds();
  private static final long SECONDS_MAX = Duration.ofDays(30).toSeconds();
  private static final Pattern INTEGER = Pattern.compile("[+-]?\\d{1,18}");

  private ExpiresAfter() {}

  /** Of a form's fields, or null if it has neither of the two. */
  public static @Nullable Duration ofForm(@Nullable String anchor, @Nullable String seconds) {
    if (anchor == null && seconds == null) {
      return null;
    }
    checkAnchor("expires_after[anchor]", anchor);
    String param = "expires_after[seconds]";
    if (seconds == null) {
      throw ApiError.missing(param);
    }
    if (!INTEGER.matcher(seconds).matches()) {
      throw ApiError.wrongType(param, "an integer", "a string");
    }
    return duration(param, new BigInteger(seconds).longValueExact());
  }

  /** Of a JSON value, or null if it is absent or null. */
  public static @Nullable Duration ofJson(String param, @Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isObject()) {
      throw ApiError.wrongType(param, "an object", JsonTypes.nameOf(value));
    }
    JsonNode anchor = value.get("anchor");
    if (anchor != null && !anchor.isString()) {
      throw ApiError.wrongType(param + ".anchor", "a string", JsonTypes.nameOf(anchor));
    }
    checkAnchor(param + ".anchor", anchor == null ? null : anchor.asString());
    JsonNode seconds = value.get("seconds");
    if (seconds == null) {
      throw ApiError.missing(param + ".seconds");
    }
    if (!seconds.isIntegralNumber()) {
      throw ApiError.wrongType(param + ".seconds", "an integer", JsonTypes.nameOf(seconds));
    }
    return duration(param + ".seconds", JsonTypes.clamped(seconds));
  }

  private static void checkAnchor(String param, @Nullable String anchor) {
    if (anchor == null) {
      throw ApiError.missing(param);
    }
    if (!anchor.equals(ANCHOR)) {
      throw ApiError.invalidValue(
          param, "Invalid value: '%s'. Supported values are: '%s'.".formatted(anchor, ANCHOR));
    }
  }

  private static Duration duration(String param, long seconds) {
    if (seconds < SECONDS_MIN) {
      throw ApiError.belowMin(param, SECONDS_MIN, seconds);
    }
    if (seconds > SECONDS_MAX) {
      throw ApiError.aboveMax(param, SECONDS_MAX, seconds);
    }
    return Duration.ofSeconds(seconds);
  }
}
