package dev.nightjar.sim.answer;

import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes JSON that satisfies a schema, and refuses schemas it cannot vouch for. */
final class SchemaSample {
  /** Deeper, everything that may be left out is. */
  private static final int DEPTH_FULL = 8;

  private static final int DEPTH_MAX = 64;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Keywords that say nothing about a value, or that what is made here satisfies anyway. */
  private static final Set<String> HARMLESS =
      Set.of(
          "$schema",
          "$id",
          "$comment",
          "$defs",
          "definitions",
          "title",
          "description",
          "default",
          "examples",
          "deprecated",
          "readOnly",
          "writeOnly",
          "strict",
          "nullable");

  private static final Set<String> FOLLOWED =
      Set.of(
          "type",
          "properties",
          "required",
          "additionalProperties",
          "items",
          "enum",
          "const",
          "anyOf",
          "$ref");

  private final JsonNode root;
  private final String param;

  private SchemaSample(JsonNode root, String param) {
    this.root = root;
    this.param = param;
  }

  /** {@code param} is the request's field, for the message. */
  static String of(JsonNode schema, String param) {
    return new SchemaSample(schema, param).value(schema, "value", 0).toString();
  }

  private JsonNode value(JsonNode schema, String name, int depth) {
    if (depth > DEPTH_MAX) {
      throw refuse("a schema that needs JSON deeper than %d levels".formatted(DEPTH_MAX));
    }
    if (schema.isBoolean() && schema.asBoolean()) {
      return NODES.stringNode("simulated " + name);
    }
    if (!schema.isObject()) {
      throw refuse("a schema that is not an object");
    }
    checkKeywords(schema);
    if (schema.has("$ref")) {
      checkAlone(schema, "$ref");
      return value(resolve(schema.path("$ref").asString("")), name, depth + 1);
    }
    if (schema.has("anyOf")) {
      checkAlone(schema, "anyOf");
      return value(option(schema.path("anyOf"), depth), name, depth + 1);
    }
    if (schema.has("const")) {
      return schema.path("const");
    }
    JsonNode options = schema.path("enum");
    if (options.isArray() && !options.isEmpty()) {
      return options.get(0);
    }
    return ofType(schema, type(schema, depth), name, depth);
  }

  private JsonNode ofType(JsonNode schema, String type, String name, int depth) {
    return switch (type) {
      case "object" -> object(schema, depth);
      case "array" -> array(schema, name, depth);
      case "string" -> NODES.stringNode("simulated " + name);
      case "integer" -> NODES.numberNode(1);
      case "number" -> NODES.numberNode(1.5);
      case "boolean" -> NODES.booleanNode(true);
      case "null" -> NODES.nullNode();
      default -> throw refuse("type '%s'".formatted(type));
    };
  }

  private ObjectNode object(JsonNode schema, int depth) {
    ObjectNode object = NODES.objectNode();
    JsonNode required = schema.path("required");
    JsonNode properties = schema.path("properties");
    properties
        .properties()
        .forEach(property -> {
          if (depth < DEPTH_FULL || contains(required, property.getKey())) {
            object.set(property.getKey(), value(property.getValue(), property.getKey(), depth + 1));
          }
        });
    for (JsonNode name : required) {
      if (!object.has(name.asString(""))) {
        JsonNode more = schema.path("additionalProperties");
        if (more.isBoolean() && !more.asBoolean()) {
          throw refuse("'required' with a name that 'properties' lacks");
        }
        object.set(
            name.asString(""),
            more.isObject()
                ? value(more, name.asString(""), depth + 1)
                : NODES.stringNode("simulated " + name.asString("")));
      }
    }
    return object;
  }

  private ArrayNode array(JsonNode schema, String name, int depth) {
    ArrayNode array = NODES.arrayNode();
    if (schema.has("items") && depth < DEPTH_FULL) {
      array.add(value(schema.path("items"), name, depth + 1));
    }
    return array;
  }

  /** The first type; the first that is not null as long as there is room. */
  private String type(JsonNode schema, int depth) {
    JsonNode type = schema.path("type");
    if (type.isString()) {
      return type.asString();
    }
    if (type.isArray() && !type.isEmpty()) {
      boolean wantsNull = depth >= DEPTH_FULL && contains(type, "null");
      for (JsonNode each : type) {
        if (each.asString("").equals("null") == wantsNull) {
          return each.asString("");
        }
      }
      return "null";
    }
    if (schema.has("properties") || schema.has("required")) {
      return "object";
    }
    return schema.has("items") ? "array" : "string";
  }

  /** The first option; null if it is one of them and there is no room. */
  private JsonNode option(JsonNode options, int depth) {
    if (!options.isArray() || options.isEmpty()) {
      throw refuse("'anyOf' without options");
    }
    if (depth >= DEPTH_FULL) {
      for (JsonNode option : options) {
        if (option.path("type").asString("").equals("null")) {
          return option;
        }
      }
    }
    return options.get(0);
  }

  private JsonNode resolve(String reference) {
    if (reference.equals("#")) {
      return root;
    }
    JsonNode found =
        reference.startsWith("#/$defs/") || reference.startsWith("#/definitions/")
            ? root.at(reference.substring(1))
            : NODES.missingNode();
    if (found.isMissingNode()) {
      throw refuse("'$ref' to '%s'".formatted(reference));
    }
    return found;
  }

  private void checkKeywords(JsonNode schema) {
    for (String keyword : schema.propertyNames()) {
      if (!FOLLOWED.contains(keyword) && !HARMLESS.contains(keyword)) {
        throw refuse("'%s'".formatted(keyword));
      }
    }
  }

  /** Beside a reference or a choice there may be descriptions, but nothing more to satisfy. */
  private void checkAlone(JsonNode schema, String keyword) {
    for (String other : schema.propertyNames()) {
      if (FOLLOWED.contains(other) && !other.equals(keyword)) {
        throw refuse("'%s' beside '%s'".formatted(other, keyword));
      }
    }
  }

  private static boolean contains(JsonNode array, String text) {
    for (JsonNode each : array) {
      if (each.asString("").equals(text)) {
        return true;
      }
    }
    return false;
  }

  private Refusal refuse(String what) {
    return Refusal.badRequest(
        param,
        "unsupported_schema",
        "nightjar sim does not follow %s in a JSON schema; it knows type, properties, required,"
                .formatted(what)
            + " items, enum, const, anyOf and $ref to #/$defs.");
  }
}
