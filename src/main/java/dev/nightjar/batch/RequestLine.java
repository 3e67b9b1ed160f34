package dev.nightjar.batch;

import dev.nightjar.file.Bytes;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * One line of an input file, read without building a tree: what it asks, and where its parts are.
 * Positions count from the line's first byte.
 *
 * @param customId decoded; null when there is none
 * @param idStart of the custom_id token, quotes included
 * @param bodyStart of the body object; -1 when there is none
 * @param model of the body; null when it names none
 * @param modelStart of the model's token, quotes included; -1 when there is none
 * @param parameters which of the parameters that some endpoint requires the body has
 * @param isLikeBody whether such parameters stand where the request's own members should
 */
public record RequestLine(
    @Nullable String customId,
    int idStart,
    int idLength,
    @Nullable String method,
    @Nullable String url,
    int bodyStart,
    int bodyLength,
    @Nullable String model,
    int modelStart,
    int modelLength,
    boolean isStreaming,
    Set<Parameter> parameters,
    boolean isLikeBody) {

  /** Body parameters that some endpoint requires. */
  public enum Parameter {
    MODEL,
    MESSAGES,
    INPUT,
    PROMPT;

    public String apiName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The line cannot be a request at all. */
  public static final class MalformedLineException extends Exception {
    private static final long serialVersionUID = 1;
    private final String problem;
    private final String code;
    private final @Nullable String parameter;
    private final @Nullable String kind;

    MalformedLineException(String code, @Nullable String parameter, String message) {
      this(code, parameter, message, null);
    }

    MalformedLineException(
        String code, @Nullable String parameter, String message, @Nullable String kind) {
      super(message, null, false, false);
      this.problem = message;
      this.code = code;
      this.parameter = parameter;
      this.kind = kind;
    }

    /** What is wrong, in a sentence. */
    public String problem() {
      return problem;
    }

    /** The API's error code, such as {@code invalid_json_line}. */
    public String code() {
      return code;
    }

    /** The member to blame; null when it is the line as a whole. */
    public @Nullable String parameter() {
      return parameter;
    }

    /** The same for all lines that are no JSON in this way; null if it is JSON. */
    public @Nullable String kind() {
      return kind;
    }
  }

  /** Reads a line, which must be one JSON object in UTF-8 and nothing else. */
  public static RequestLine parse(Bytes line) throws MalformedLineException {
    if (!Json.beginsLikeObject(line)) {
      throw noJson(LineFault.noObject(line));
    }
    if (Utf8.firstInvalid(line) >= 0) {
      throw noJson(LineFault.of(line));
    }
    try (JsonParser parser = Json.parser(line)) {
      parser.nextToken();
      RequestLine request = new Reader(parser).read();
      if (parser.nextToken() != null) {
        throw noJson(LineFault.of(line));
      }
      return request;
    } catch (JacksonException _) {
      throw noJson(LineFault.of(line));
    }
  }

  private static MalformedLineException noJson(LineFault fault) {
    return new MalformedLineException(
        "invalid_json_line",
        null,
        "This line is not parseable as valid JSON. Column %d: %s."
            .formatted(fault.at() + 1, fault.what()),
        fault.kind());
  }

  /** Collects the members while the parser walks over them. */
  private static final class Reader {
    private final JsonParser parser;
    private final Set<Parameter> parameters = EnumSet.noneOf(Parameter.class);
    private @Nullable String customId;
    private int idStart = -1;
    private int idLength;
    private @Nullable String method;
    private @Nullable String url;
    private int bodyStart = -1;
    private int bodyLength;
    private @Nullable String model;
    private int modelStart = -1;
    private int modelLength;
    private boolean isStreaming;
    private boolean isLikeBody;

    Reader(JsonParser parser) {
      this.parser = parser;
    }

    RequestLine read() throws MalformedLineException {
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        parser.nextToken();
        switch (name) {
          case "custom_id" -> {
            once(customId, name);
            idStart = Json.start(parser);
            customId = string(name);
            idLength = Json.end(parser) - idStart;
          }
          case "method" -> {
            once(method, name);
            method = string(name);
          }
          case "url" -> {
            once(url, name);
            url = string(name);
          }
          case "body" -> {
            once(bodyStart < 0 ? null : name, name);
            if (parser.currentToken() != JsonToken.START_OBJECT) {
              throw wrongType(name, "an object");
            }
            bodyStart = Json.start(parser);
            readBody();
            bodyLength = Json.end(parser) - bodyStart;
          }
          case "messages", "input", "prompt" -> {
            isLikeBody = true;
            parser.skipChildren();
          }
          default -> parser.skipChildren();
        }
      }
      return new RequestLine(
          customId,
          idStart,
          idLength,
          method,
          url,
          bodyStart,
          bodyLength,
          model,
          modelStart,
          modelLength,
          isStreaming,
          parameters,
          isLikeBody);
    }

    private void readBody() throws MalformedLineException {
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        JsonToken value = parser.nextToken();
        switch (name) {
          case "model" -> {
            once(model, "body.model");
            if (value != JsonToken.VALUE_NULL) {
              modelStart = Json.start(parser);
              model = string("body.model");
              modelLength = Json.end(parser) - modelStart;
              parameters.add(Parameter.MODEL);
            }
          }
          case "stream" -> isStreaming |= value == JsonToken.VALUE_TRUE;
          case "messages" -> parameters.add(Parameter.MESSAGES);
          case "input" -> parameters.add(Parameter.INPUT);
          case "prompt" -> parameters.add(Parameter.PROMPT);
          default -> {}
        }
        parser.skipChildren();
      }
    }

    private String string(String name) throws MalformedLineException {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw wrongType(name, "a string");
      }
      return parser.getString();
    }

    private MalformedLineException wrongType(String name, String wanted) {
      return new MalformedLineException(
          "invalid_type",
          name,
          "Invalid type for '%s': expected %s, but got %s instead. Column %d."
              .formatted(name, wanted, kind(parser.currentToken()), column()));
    }

    private void once(@Nullable Object seen, String name) throws MalformedLineException {
      if (seen != null) {
        throw new MalformedLineException(
            "duplicate_parameter",
            name,
            "Duplicate parameter: '%s'. Column %d.".formatted(name, column()));
      }
    }

    /** Of the value that the parser is at. */
    private int column() {
      return Json.start(parser) + 1;
    }

    private static String kind(@Nullable JsonToken token) {
      return switch (token) {
        case START_OBJECT -> "an object";
        case START_ARRAY -> "an array";
        case VALUE_STRING -> "a string";
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
        case VALUE_TRUE, VALUE_FALSE -> "a boolean";
        case VALUE_NULL -> "null";
        case null, default -> "nothing";
      };
    }
  }
}
