package dev.nightjar.http.exchange;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.JsonText;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a JSON object that a request brings, up to a limit. */
public final class JsonBody {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private JsonBody() {}

  /** More than bodies usually have; more than this of many at once would fill the memory. */
  private static final int USUAL_BYTES_MAX = 16 * 1024;

  public static JsonNode read(ServerRequest request, int bytesMax, Transfers transfers)
      throws IOException {
    if (!request.content().hasEntity()) {
      throw unparseable("it is empty");
    }
    var in = new ClientInput(request);
    byte[] begin = in.readNBytes(Math.min(USUAL_BYTES_MAX, bytesMax) + 1);
    if (begin.length <= USUAL_BYTES_MAX) {
      return parse(begin, bytesMax);
    }
    try (var _ = transfers.body(request)) {
      return parse(readOn(in, begin, bytesMax + 1, transfers.bodyMax()), bytesMax);
    }
  }

  /** For a while only: the room is others' too, however few bytes at a time come. */
  private static byte[] readOn(ClientInput in, byte[] begin, int bytesMax, Duration timeMax)
      throws IOException {
    long started = System.nanoTime();
    byte[] body = Arrays.copyOf(begin, bytesMax);
    int length = begin.length;
    while (length < bytesMax) {
      int count = in.read(body, length, bytesMax - length);
      if (count < 0) {
        break;
      }
      length += count;
      if (System.nanoTime() - started > timeMax.toNanos()) {
        throw new ApiError(
            408,
            null,
            null,
            "The JSON body did not come within %d seconds.".formatted(timeMax.toSeconds()));
      }
    }
    return Arrays.copyOf(body, length);
  }

  private static JsonNode parse(byte[] body, int bytesMax) {
    if (body.length > bytesMax) {
      throw ApiError.tooLarge(
          "The JSON body is larger than the maximum of %d bytes.".formatted(bytesMax));
    }
    return parse(body);
  }

  static JsonNode parse(byte[] body) {
    JsonNode json;
    try {
      json = JSON.readTree(body);
    } catch (JacksonException _) {
      throw unparseable(JsonText.problem(body));
    }
    if (json.isMissingNode()) {
      throw unparseable("it is empty");
    }
    if (!json.isObject()) {
      throw new ApiError(
          400, "invalid_type", null, "Invalid type for the JSON body: expected an object.");
    }
    return json;
  }

  private static ApiError unparseable(String why) {
    return new ApiError(
        400, null, null, "We could not parse the JSON body of your request: %s.".formatted(why));
  }
}
