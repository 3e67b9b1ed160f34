package dev.nightjar.testing;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the JSON of answers in tests. */
public final class Json {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private Json() {}

  public static JsonNode read(String json) {
    return MAPPER.readTree(json);
  }
}
