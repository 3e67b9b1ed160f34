package dev.nightjar.api;

import tools.jackson.databind.JsonNode;

/** JSON's types, named with their article for messages. */
final class JsonTypes {
  private JsonTypes() {}

  static String nameOf(JsonNode value) {
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
