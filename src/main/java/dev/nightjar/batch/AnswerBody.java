package dev.nightjar.batch;

import dev.nightjar.file.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.JacksonIOException;

/**
 * What an upstream's answer says of itself, read while it is checked to be one JSON object or
 * array.
 *
 * @param usage in the words of whichever endpoint; zeros when there is none
 * @param isError whether it holds an error and nothing that a request is made for
 * @param errorCode {@code error.code}, or {@code error.type} without one; null when it is no error
 * @param errorStatus the HTTP status that the error names as its code; 0 when it names none
 * @param message what it says in words; null when it says nothing
 */
public record AnswerBody(
    Usage usage,
    boolean isError,
    @Nullable String errorCode,
    int errorStatus,
    @Nullable String message) {

  /** Empty when the bytes are not one JSON object or array in UTF-8. */
  public static Optional<AnswerBody> read(Bytes body) {
    byte first = Json.firstByte(body);
    if ((first != '{' && first != '[') || Utf8.firstInvalid(body) >= 0) {
      return Optional.empty();
    }
    try (JsonParser parser = Json.parser(body)) {
      return read(parser);
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }

  /** The same for a body too large for memory; throws when it cannot be read. */
  public static Optional<AnswerBody> read(InputStream body) throws IOException {
    try (var strict = new Utf8Stream(body);
        JsonParser parser = Json.parser(strict)) {
      return read(parser);
    } catch (JacksonIOException e) {
      if (e.getCause() instanceof InvalidUtf8Exception) {
        return Optional.empty();
      }
      throw e.getCause();
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }

  private static Optional<AnswerBody> read(JsonParser parser) {
    JsonToken first = parser.nextToken();
    if (first != JsonToken.START_OBJECT && first != JsonToken.START_ARRAY) {
      return Optional.empty();
    }
    AnswerBody body = first == JsonToken.START_OBJECT ? readObject(parser) : readArray(parser);
    return parser.nextToken() == null ? Optional.of(body) : Optional.empty();
  }

  /** Embeddings of llama.cpp; errors of Gemini are one object in an array. */
  private static AnswerBody readArray(JsonParser parser) {
    var body = new AnswerBody(Usage.NONE, false, null, 0, null);
    JsonToken token = parser.nextToken();
    if (token == JsonToken.START_OBJECT) {
      body = readObject(parser);
      token = parser.nextToken();
    }
    for (; token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      parser.skipChildren();
    }
    return body;
  }

  private static AnswerBody readObject(JsonParser parser) {
    Usage usage = Usage.NONE;
    ErrorFields error = null;
    var own = new ErrorFields();
    boolean hasResult = false;
    boolean isErrorObject = false;
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      JsonToken token = parser.nextToken();
      switch (name) {
        case "usage" -> usage = token == JsonToken.START_OBJECT ? readUsage(parser) : usage;
        case "error" -> error = readError(parser, token);
        case "object" -> {
          String object = token == JsonToken.VALUE_STRING ? parser.getString() : "";
          isErrorObject = object.equals("error");
          hasResult |= object.equals("response");
        }
        case "choices", "data", "output", "results" -> hasResult |= token != JsonToken.VALUE_NULL;
        default -> own.read(name, parser, token);
      }
      parser.skipChildren();
    }
    ErrorFields said = error == null ? own : error;
    boolean isError = (error != null || isErrorObject) && !hasResult;
    return new AnswerBody(
        usage,
        isError,
        error != null || isErrorObject ? said.codeOrType() : null,
        said.status,
        said.message);
  }

  private static @Nullable ErrorFields readError(JsonParser parser, JsonToken token) {
    var error = new ErrorFields();
    switch (token) {
      case START_OBJECT -> {
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
          error.read(name, parser, parser.nextToken());
          parser.skipChildren();
        }
      }
      case VALUE_STRING -> error.message = parser.getString();
      case VALUE_NULL, VALUE_FALSE -> error = null;
      default -> {}
    }
    return error;
  }

  private static Usage readUsage(JsonParser parser) {
    long input = 0;
    long cached = 0;
    long output = 0;
    long reasoning = 0;
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      boolean isObject = parser.nextToken() == JsonToken.START_OBJECT;
      switch (name) {
        case "prompt_tokens", "input_tokens" -> input = tokens(parser);
        case "completion_tokens", "output_tokens" -> output = tokens(parser);
        case "prompt_tokens_details", "input_tokens_details" ->
            cached = isObject ? detail(parser, "cached_tokens") : 0;
        case "completion_tokens_details", "output_tokens_details" ->
            reasoning = isObject ? detail(parser, "reasoning_tokens") : 0;
        default -> parser.skipChildren();
      }
      if (!isObject) {
        parser.skipChildren();
      }
    }
    return new Usage(input, cached, output, reasoning);
  }

  private static long detail(JsonParser parser, String wanted) {
    long found = 0;
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      parser.nextToken();
      if (name.equals(wanted)) {
        found = tokens(parser);
      }
      parser.skipChildren();
    }
    return found;
  }

  /** A count; upstreams that send something else, or an absurd number, have counted nothing. */
  private static long tokens(JsonParser parser) {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      parser.skipChildren();
      return 0;
    }
    boolean isCount =
        parser.currentToken() == JsonToken.VALUE_NUMBER_INT
            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    return isCount ? Math.clamp(parser.getLongValue(), 0, Integer.MAX_VALUE) : 0;
  }

  /** What errors say of themselves, in an object of their own or beside everything else. */
  private static final class ErrorFields {
    private @Nullable String code;
    private @Nullable String type;
    private @Nullable String message;
    private int status;

    void read(String name, JsonParser parser, JsonToken token) {
      boolean isText = token == JsonToken.VALUE_STRING;
      switch (name) {
        case "code", "status" -> {
          int named = status(parser, token);
          status = Math.max(status, named);
          if (name.equals("code")) {
            code = isText && named == 0 ? parser.getString() : null;
          }
        }
        case "type" -> type = isText ? parser.getString() : null;
        case "message", "detail" -> message = isText ? parser.getString() : message;
        default -> {}
      }
    }

    /** As a number or as text; 0 when it is no status of an error. */
    private static int status(JsonParser parser, JsonToken token) {
      int status = 0;
      if (token == JsonToken.VALUE_NUMBER_INT
          && parser.getNumberType() == JsonParser.NumberType.INT) {
        status = parser.getIntValue();
      } else if (token == JsonToken.VALUE_STRING && parser.getStringLength() == 3) {
        String text = parser.getString();
        status = text.chars().allMatch(Character::isDigit) ? Integer.parseInt(text) : 0;
      }
      return status >= 400 && status < 600 ? status : 0;
    }

    @Nullable String codeOrType() {
      return code != null ? code : type;
    }
  }

  /** Fails on bytes that are not UTF-8, so that a large body is held to the same rule. */
  private static final class Utf8Stream extends InputStream {
    private final InputStream in;
    private byte[] carry = new byte[0];

    Utf8Stream(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      int n = in.read(buffer, offset, count);
      if (n > 0) {
        check(buffer, offset, n);
      } else if (carry.length > 0) {
        throw new InvalidUtf8Exception();
      }
      return n;
    }

    /** Up to three bytes of an unfinished character wait for the next read. */
    private void check(byte[] buffer, int offset, int n) throws InvalidUtf8Exception {
      byte[] bytes = new byte[carry.length + n];
      System.arraycopy(carry, 0, bytes, 0, carry.length);
      System.arraycopy(buffer, offset, bytes, carry.length, n);
      int invalid = Utf8.firstInvalid(Bytes.of(bytes));
      if (invalid >= 0 && bytes.length - invalid > 3) {
        throw new InvalidUtf8Exception();
      }
      carry =
          invalid < 0 ? new byte[0] : java.util.Arrays.copyOfRange(bytes, invalid, bytes.length);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  private static final class InvalidUtf8Exception extends IOException {
    private static final long serialVersionUID = 1;
  }
}
