package dev.nightjar.sim;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes a value that a JSON schema allows, always the same one. */
final class SchemaSample {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int DEPTH_MAX = 32;

  /** What is understood; anything else is said to be not, rather than ignored. */
  private static final Set<String> KNOWN =
      Set.of(
          "type",
          "properties",
          "required",
          "additionalProperties",
          "items",
          "enum",
          "const",
          "anyOf",
          "$ref",
          "$defs",
          "definitions",
          "description",
          "title",
          "default",
          "$schema",
          "minItems",
          "maxItems",
          "minimum",
          "maximum",
          "strict",
          "name");

  private final JsonNode root;

  /** The schema has something that the simulation cannot do. */
  static final class UnsupportedSchemaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnsupportedSchemaException(String message) {
      super(message);
    }
  }

  SchemaSample(JsonNode root) {
    this.root = root;
  }

  JsonNode sample() {
    return sample(root, 0);
  }

  private JsonNode sample(JsonNode schema, int depth) {
    if (depth > DEPTH_MAX) {
      throw new UnsupportedSchemaException("the schema is recursive, or deeper than " + DEPTH_MAX);
    }
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      if (!KNOWN.contains(keyword.getKey())) {
        throw new UnsupportedSchemaException(
            "the simulation does not support the schema keyword '" + keyword.getKey() + "'");
      }
    }
    if (schema.has("$ref")) {
      return sample(resolve(schema.get("$ref").asString()), depth + 1);
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    if (schema.has("enum")) {
      return schema.get("enum").path(0);
    }
    if (schema.has("anyOf")) {
      return sample(schema.get("anyOf").path(0), depth + 1);
    }
    JsonNode type = schema.path("type");
    return ofType(
        schema, type.isArray() ? type.path(0).asString() : type.asString("object"), depth);
  }

  private JsonNode ofType(JsonNode schema, String type, int depth) {
    return switch (type) {
      case "object" -> object(schema, depth);
      case "array" -> array(schema, depth);
      case "string" -> NODES.stringNode("simulated");
      case "integer" -> NODES.numberNode((long) number(schema, 1));
      case "number" -> NODES.numberNode(number(schema, 1.5));
      case "boolean" -> NODES.booleanNode(true);
      case "null" -> NODES.nullNode();
      default ->
          throw new UnsupportedSchemaException(
              "the simulation does not support the schema type '" + type + "'");
    };
  }

  private ObjectNode object(JsonNode schema, int depth) {
    ObjectNode object = NODES.objectNode();
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      object.set(property.getKey(), sample(property.getValue(), depth + 1));
    }
    return object;
  }

  private ArrayNode array(JsonNode schema, int depth) {
    ArrayNode array = NODES.arrayNode();
    int items = Math.clamp(schema.path("minItems").asInt(1), 0, 100);
    for (int i = 0; i < items && schema.path("maxItems").asInt(1) > 0; i++) {
      array.add(sample(schema.path("items"), depth + 1));
    }
    return array;
  }

  private static double number(JsonNode schema, double otherwise) {
    double atLeast = schema.path("minimum").asDouble(otherwise);
    return Math.min(
        Math.max(otherwise, atLeast), schema.path("maximum").asDouble(Double.MAX_VALUE));
  }

  private JsonNode resolve(String reference) {
    if (!reference.startsWith("#")) {
      throw new UnsupportedSchemaException(
          "the simulation does not support the schema reference '" + reference + "'");
    }
    JsonNode found = root.at(reference.substring(1));
    if (found.isMissingNode()) {
      throw new UnsupportedSchemaException("the schema has no '" + reference + "'");
    }
    return found;
  }
}
