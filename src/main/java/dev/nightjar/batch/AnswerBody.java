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
 * What an upstream's answer says of itself, read while it is checked to be one JSON object.
 *
 * @param usage in the words of whichever endpoint; zeros when there is none
 * @param errorCode {@code error.code}, or {@code error.type} without one; null when it is no error
 */
public record AnswerBody(Usage usage, @Nullable String errorCode) {

  /** Empty when the bytes are not one JSON object in UTF-8. */
  public static Optional<AnswerBody> read(Bytes body) {
    if (!Json.beginsLikeObject(body) || Utf8.firstInvalid(body) >= 0) {
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
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return Optional.empty();
    }
    Usage usage = Usage.NONE;
    String errorCode = null;
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      boolean isObject = parser.nextToken() == JsonToken.START_OBJECT;
      switch (name) {
        case "usage" -> usage = isObject ? readUsage(parser) : usage;
        case "error" -> errorCode = isObject ? readErrorCode(parser) : errorCode;
        default -> parser.skipChildren();
      }
      if (!isObject) {
        parser.skipChildren();
      }
    }
    return parser.nextToken() == null
        ? Optional.of(new AnswerBody(usage, errorCode))
        : Optional.empty();
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

  private static @Nullable String readErrorCode(JsonParser parser) {
    String code = null;
    String type = null;
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      boolean isString = parser.nextToken() == JsonToken.VALUE_STRING;
      switch (name) {
        case "code" -> code = isString ? parser.getString() : null;
        case "type" -> type = isString ? parser.getString() : null;
        default -> {}
      }
      parser.skipChildren();
    }
    return code != null ? code : type;
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
