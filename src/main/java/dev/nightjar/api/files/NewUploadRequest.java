package dev.nightjar.api.files;

import dev.nightjar.api.ApiError;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.ExpiresAfter;
import dev.nightjar.api.JsonTypes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The checked body of an upload's creation. Its {@code mime_type} must be there and means nothing
 * here, and its file may have any name: OpenAI's own example sends a {@code .txt}.
 */
record NewUploadRequest(String filename, String purpose, long bytes, @Nullable Duration fileLife) {

  static NewUploadRequest of(JsonNode body, ApiLimits limits) {
    String filename = FileRules.filename("filename", JsonTypes.requiredString(body, "filename"));
    String purpose = FileRules.purpose(JsonTypes.requiredString(body, "purpose"));
    long bytes = bytes(body.get("bytes"), limits.fileBytesMax());
    JsonTypes.requiredString(body, "mime_type");
    Duration asked = ExpiresAfter.ofJson("expires_after", body);
    Duration life = asked == null ? limits.fileLife().of(purpose) : asked;
    return new NewUploadRequest(filename, purpose, bytes, life);
  }

  private static long bytes(@Nullable JsonNode value, long max) {
    String param = "bytes";
    if (value == null) {
      throw ApiError.missing(param);
    }
    if (!value.isIntegralNumber()) {
      throw ApiError.wrongType(param, "an integer", JsonTypes.nameOf(value));
    }
    long bytes = JsonTypes.clamped(value);
    if (bytes < 0) {
      throw ApiError.belowMin(param, 0, bytes);
    }
    if (bytes > max) {
      throw ApiError.aboveMax(param, max, bytes);
    }
    return bytes;
  }
}
