package dev.nightjar.api.webhooks;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.JsonTypes;
import dev.nightjar.webhook.WebhookUrl;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What bodies about webhook endpoints may say; null for what they do not. */
record WebhookRequest(
    @Nullable String name, @Nullable String url, @Nullable List<String> eventTypes) {
  static final List<String> EVENTS =
      List.of("batch.completed", "batch.failed", "batch.cancelled", "batch.expired");

  private static final int NAME_CHARACTERS_MAX = 256;
  private static final String EXPIRE_PREVIOUS_IN = "expire_previous_in";
  private static final long DAY_SECONDS = 86_400;

  static WebhookRequest of(JsonNode body) {
    JsonNode name = body.get("name");
    JsonNode url = body.get("url");
    JsonNode eventTypes = body.get("event_types");
    return new WebhookRequest(
        name == null ? null : name(JsonTypes.string("name", name)),
        url == null ? null : url(JsonTypes.string("url", url)),
        eventTypes == null ? null : eventTypes(eventTypes));
  }

  private static String name(String name) {
    int length = name.codePointCount(0, name.length());
    if (length < 1 || length > NAME_CHARACTERS_MAX) {
      throw ApiError.invalidValue(
          "name", "'name' must have from 1 to %d characters.".formatted(NAME_CHARACTERS_MAX));
    }
    return name;
  }

  private static String url(String url) {
    try {
      var _ = WebhookUrl.parse(url);
      return url;
    } catch (IllegalArgumentException e) {
      throw ApiError.invalidValue("url", "Invalid 'url'. " + e.getMessage());
    }
  }

  private static List<String> eventTypes(JsonNode given) {
    if (!given.isArray()) {
      throw ApiError.wrongType("event_types", "an array of strings", JsonTypes.nameOf(given));
    }
    var types = new ArrayList<String>();
    for (JsonNode entry : given) {
      String type = eventType("event_types", entry);
      if (!types.contains(type)) {
        types.add(type);
      }
    }
    if (types.isEmpty()) {
      throw ApiError.invalidValue(
          "event_types", "'event_types' must have at least one type; leave it out for all.");
    }
    return types;
  }

  /** One of the types that there are here: OpenAI knows more. */
  static String eventType(String param, JsonNode given) {
    String type = JsonTypes.string(param, given);
    if (!EVENTS.contains(type)) {
      throw ApiError.invalidValue(
          param,
          "Invalid value: '%s'. Supported values are: '%s'."
              .formatted(type, String.join("', '", EVENTS)));
    }
    return type;
  }

  /** How many seconds the previous secret goes on signing after a rotation. */
  static long overlapSeconds(JsonNode body) {
    JsonNode seconds = body.get(EXPIRE_PREVIOUS_IN);
    if (seconds == null) {
      return isKept(body) ? DAY_SECONDS : 0;
    }
    if (!seconds.isIntegralNumber()) {
      throw ApiError.wrongType(EXPIRE_PREVIOUS_IN, "an integer", JsonTypes.nameOf(seconds));
    }
    long given = JsonTypes.clamped(seconds);
    if (given < 0) {
      throw ApiError.belowMin(EXPIRE_PREVIOUS_IN, 0, given);
    }
    if (given > DAY_SECONDS) {
      throw ApiError.aboveMax(EXPIRE_PREVIOUS_IN, DAY_SECONDS, given);
    }
    return given;
  }

  private static boolean isKept(JsonNode body) {
    String param = "keep_old_secret_active_for_24_hours";
    JsonNode kept = body.get(param);
    if (kept == null || kept.isNull()) {
      return false;
    }
    if (!kept.isBoolean()) {
      throw ApiError.wrongType(param, "a boolean", JsonTypes.nameOf(kept));
    }
    return kept.asBoolean();
  }
}
