package dev.nightjar.api.batches;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.JsonTypes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The pairs of text that a client may hang on a batch. */
final class Metadata {
  private static final String PARAM = "metadata";

  private Metadata() {}

  static Map<String, String> of(@Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return Map.of();
    }
    if (!value.isObject()) {
      throw ApiError.wrongType(PARAM, "an object", JsonTypes.nameOf(value));
    }
    if (value.size() > ApiLimits.METADATA_PAIRS_MAX) {
      throw new ApiError(
          400,
          "object_above_max_properties",
          PARAM,
          ("Invalid 'metadata': too many properties. Expected an object with at most %d properties,"
                  + " but got an object with %d properties instead.")
              .formatted(ApiLimits.METADATA_PAIRS_MAX, value.size()));
    }
    var pairs = new LinkedHashMap<String, String>();
    for (Map.Entry<String, JsonNode> pair : value.properties()) {
      pairs.put(key(pair.getKey()), text(pair.getKey(), pair.getValue()));
    }
    return pairs;
  }

  private static String key(String key) {
    int length = key.codePointCount(0, key.length());
    if (length > ApiLimits.METADATA_KEY_CHARACTERS_MAX) {
      throw new ApiError(
          400,
          "property_name_above_max_length",
          PARAM + "." + key,
          ("Invalid property name in 'metadata': '%s' is too long. Expected a name with maximum"
                  + " length %d, but got a name with length %d instead.")
              .formatted(key, ApiLimits.METADATA_KEY_CHARACTERS_MAX, length));
    }
    return key;
  }

  private static String text(String key, JsonNode value) {
    String param = PARAM + "." + key;
    if (!value.isString()) {
      throw ApiError.wrongType(param, "a string", JsonTypes.nameOf(value));
    }
    String text = value.asString();
    int length = text.codePointCount(0, text.length());
    if (length > ApiLimits.METADATA_VALUE_CHARACTERS_MAX) {
      throw new ApiError(
          400,
          "string_above_max_length",
          param,
          ("Invalid '%s': string too long. Expected a string with maximum length %d, but got a"
                  + " string with length %d instead.")
              .formatted(param, ApiLimits.METADATA_VALUE_CHARACTERS_MAX, length));
    }
    return text;
  }
}
