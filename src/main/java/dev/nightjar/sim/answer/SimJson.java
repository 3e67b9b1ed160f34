package dev.nightjar.sim.answer;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON in and out: as a stream for most requests, as a tree only where a schema is followed. */
public final class SimJson {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private static final JsonMapper MAPPER = new JsonMapper(FACTORY);

  private SimJson() {}

  static JsonParser parser(byte[] json) {
    return FACTORY.createParser(ObjectReadContext.empty(), json);
  }

  static JsonNode tree(byte[] json) {
    return MAPPER.readTree(json);
  }

  static JsonNode tree(String json) {
    return MAPPER.readTree(json);
  }

  public static byte[] write(Consumer<JsonGenerator> content) {
    var bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      content.accept(json);
    }
    return bytes.toByteArray();
  }

  /** The same JSON over several lines. */
  public static byte[] pretty(byte[] json) {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(tree(json));
  }
}
