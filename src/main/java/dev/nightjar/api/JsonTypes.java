package dev.nightjar.api;

import tools.jackson.databind.JsonNode;

/** JSON's types: fields that must have one, and their names with an article for messages. */
public final class JsonTypes {
  private JsonTypes() {}

  /** A field that must be there, and a string. */
  public static String requiredString(JsonNode body, String name) {
    JsonNode value = body.get(name);
    if (value == null) {
      throw ApiError.missing(name);
    }
    return string(name, value);
  }

  public static String string(String param, JsonNode value) {
    if (!value.isString()) {
      throw ApiError.wrongType(param, "a string", nameOf(value));
    }
    return value.asString();
  }

  /** An integer of any size, as near to it as a long gets. */
  public static long clamped(JsonNode integer) {
    if (integer.canConvertToLong()) {
      return integer.longValue();
    }
    return integer.bigIntegerValue().signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
  }

  public static String nameOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT, POJO -> "an object";
      case STRING, BINARY -> "a string";
      case BOOLEAN -> "a boolean";
      case NUMBER -> value.isIntegralNumber() ? "an integer" : "a decimal";
      case NULL, MISSING -> "null";
    };
  }
}
