package dev.nightjar.api;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

/**
 * How long a file lives from its creation: the anchor and the seconds of {@code expires_after}, in
 * whatever way a client spells them. What looks like them is taken or refused, and never passed
 * over: a file that should live for an hour must not live for a month.
 */
public final class ExpiresAfter {
  private static final String FORM_FIELD = "expires_after";
  private static final String ANCHOR = "created_at";
  private static final long SECONDS_MIN = Duration.ofHours(1).toSeconds();
  private static final long SECONDS_MAX = Duration.ofDays(30).toSeconds();
  private static final Pattern INTEGER = Pattern.compile("[+-]?\\d{1,18}");

  private final String name;

  /** How members are called in messages. */
  private final String members;

  private @Nullable Member anchor;
  private @Nullable Member seconds;

  /** {@code isText}: it is a form's, or stands alone in a body, and may be a number as text. */
  private record Member(String param, JsonNode value, boolean isText) {}

  private ExpiresAfter(String name, String members) {
    this.name = name;
    this.members = members;
  }

  /** Of a form's fields, or null if none is meant. */
  public static @Nullable Duration ofForm(Map<String, String> fields) {
    var given = new ExpiresAfter(FORM_FIELD, "%s[%s]");
    fields.forEach((field, value) -> given.read(field, StringNode.valueOf(value)));
    return given.duration();
  }

  /** Whether a form's field is meant for this, well spelled or not. */
  public static boolean isMeantBy(String field) {
    return letters(field).startsWith(letters(FORM_FIELD));
  }

  /** Of a body's members that are called so, or null if it has none. */
  public static @Nullable Duration ofJson(String name, JsonNode body) {
    var given = new ExpiresAfter(name, "%s.%s");
    body.properties().forEach(member -> given.read(member.getKey(), member.getValue()));
    return given.duration();
  }

  private void read(String param, JsonNode value) {
    String letters = letters(param);
    if (!letters.startsWith(letters(name)) || value.isNull()) {
      return;
    }
    switch (letters.substring(letters(name).length())) {
      case "" -> readObject(param, value.isString() ? parsed(value.asString()) : value, value);
      case "anchor" -> anchor = once(anchor, new Member(param, value, true));
      case "seconds" -> seconds = once(seconds, new Member(param, value, true));
      default ->
          throw new ApiError(
              400,
              "unknown_parameter",
              param,
              "Unknown parameter: '%s'. There are '%s' and '%s'."
                  .formatted(param, member("anchor"), member("seconds")));
    }
  }

  private void readObject(String param, JsonNode object, JsonNode given) {
    if (!object.isObject()) {
      throw ApiError.wrongType(param, "an object", JsonTypes.nameOf(given));
    }
    JsonNode first = object.get("anchor");
    if (first == null) {
      throw ApiError.missing(param + ".anchor");
    }
    anchor = once(anchor, new Member(param + ".anchor", first, false));
    checkAnchor(anchor);
    JsonNode second = object.get("seconds");
    if (second == null) {
      throw ApiError.missing(param + ".seconds");
    }
    seconds = once(seconds, new Member(param + ".seconds", second, false));
  }

  private static JsonNode parsed(String text) {
    try {
      return JsonMapper.shared().readTree(text);
    } catch (JacksonException _) {
      return StringNode.valueOf(text);
    }
  }

  private static Member once(@Nullable Member before, Member member) {
    if (before != null) {
      throw new ApiError(
          400,
          "duplicate_parameter",
          member.param,
          "Duplicate parameter: '%s' says again what '%s' does."
              .formatted(member.param, before.param));
    }
    return member;
  }

  private @Nullable Duration duration() {
    if (anchor == null && seconds == null) {
      return null;
    }
    if (anchor == null) {
      throw ApiError.missing(member("anchor"));
    }
    checkAnchor(anchor);
    if (seconds == null) {
      throw ApiError.missing(member("seconds"));
    }
    return duration(seconds.param, number(seconds));
  }

  private String member(String which) {
    return members.formatted(name, which);
  }

  private static void checkAnchor(Member anchor) {
    String given = JsonTypes.string(anchor.param, anchor.value);
    if (!given.equals(ANCHOR)) {
      throw ApiError.invalidValue(
          anchor.param,
          "Invalid value: '%s'. Supported values are: '%s'.".formatted(given, ANCHOR));
    }
  }

  private static long number(Member seconds) {
    JsonNode value = seconds.value;
    if (seconds.isText && value.isString() && INTEGER.matcher(value.asString()).matches()) {
      return new BigInteger(value.asString()).longValueExact();
    }
    if (!value.isIntegralNumber()) {
      throw ApiError.wrongType(seconds.param, "an integer", JsonTypes.nameOf(value));
    }
    return JsonTypes.clamped(value);
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

  /** Of a name, however its words are put together. */
  private static String letters(String name) {
    return name.replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT);
  }
}
