package dev.nightjar.batch;

import dev.nightjar.file.Bytes;
import java.io.InputStream;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** The streaming parser for lines and answers, with its limits set on purpose. */
final class Json {
  /** Deeper JSON is refused: upstreams parse recursively. */
  static final int DEPTH_MAX = 1_000;

  static final int NUMBER_CHARACTERS_MAX = 1 << 20;
  static final int NAME_CHARACTERS_MAX = 1 << 16;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // It would also take a byte order mark, and guess UTF-16 and UTF-32 from zero bytes.
          .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  // An image is one string, and may be as long as its line.
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(NUMBER_CHARACTERS_MAX)
                  .maxNameLength(NAME_CHARACTERS_MAX)
                  .build())
          .build();

  private Json() {}

  static JsonParser parser(Bytes json) {
    return FACTORY.createParser(
        ObjectReadContext.empty(), json.array(), json.offset(), json.length());
  }

  static JsonParser parser(InputStream json) {
    return FACTORY.createParser(ObjectReadContext.empty(), json);
  }

  /** Whether the first byte that is no whitespace begins an object. */
  static boolean beginsLikeObject(Bytes json) {
    return firstByte(json) == '{';
  }

  /** The first that is no whitespace; 0 when there is none. */
  static byte firstByte(Bytes json) {
    for (int i = 0; i < json.length(); i++) {
      switch (json.at(i)) {
        case ' ', '\t', '\r', '\n' -> {}
        default -> {
          return json.at(i);
        }
      }
    }
    return 0;
  }

  /** Where a token begins, from the first byte given to the parser. */
  static int start(JsonParser parser) {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  /** Where the parser is, after a token that was read to its end. */
  static int end(JsonParser parser) {
    return (int) parser.currentLocation().getByteOffset();
  }
}
