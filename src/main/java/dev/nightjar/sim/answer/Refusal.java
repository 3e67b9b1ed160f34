package dev.nightjar.sim.answer;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A request that gets an error in OpenAI's envelope. Thrown by handlers, sent in one place. */
public final class Refusal extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final int status;
  private final String type;
  private final @Nullable String param;
  private final @Nullable String code;

  public Refusal(
      int status, String type, @Nullable String param, @Nullable String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
  }

  public static Refusal badRequest(@Nullable String param, @Nullable String code, String message) {
    return new Refusal(400, "invalid_request_error", param, code, message);
  }

  static Refusal missing(String param) {
    return badRequest(
        param, "missing_required_parameter", "Missing required parameter: '%s'.".formatted(param));
  }

  static Refusal wrongType(String param, String expected) {
    return badRequest(
        param, "invalid_type", "Invalid type for '%s': expected %s.".formatted(param, expected));
  }

  public static Refusal unknownModel(String model) {
    return new Refusal(
        404,
        "invalid_request_error",
        "model",
        "model_not_found",
        "The model '%s' does not exist.".formatted(model));
  }

  public static Refusal wrongKey() {
    return new Refusal(
        401,
        "invalid_request_error",
        null,
        "invalid_api_key",
        "Incorrect API key provided. This simulated server was started with another --api-key.");
  }

  public static Refusal unknownPath(String method, String path) {
    return new Refusal(
        404,
        "invalid_request_error",
        null,
        "unknown_url",
        "Unknown request URL: %s %s. This is nightjar sim.".formatted(method, path));
  }

  public static Refusal simulated(ErrorKind kind) {
    return switch (kind) {
      case BAD_REQUEST -> badRequest(null, "invalid_value", "Simulated bad request.");
      case RATE_LIMITED ->
          new Refusal(429, "requests", null, "rate_limit_exceeded", "Simulated rate limit.");
      case OVERLOADED -> overloaded("Simulated overload.");
      default -> new Refusal(500, "server_error", null, null, "Simulated server error.");
    };
  }

  public static Refusal overloaded(String message) {
    return new Refusal(503, "server_error", null, "server_is_overloaded", message);
  }

  public int status() {
    return status;
  }

  public boolean isRetryLater() {
    return status == 429 || status == 503;
  }

  public byte[] envelope() {
    return SimJson.write(json -> {
      json.writeStartObject();
      json.writeObjectPropertyStart("error");
      json.writeStringProperty("message", getMessage());
      json.writeStringProperty("type", type);
      json.writeStringProperty("param", param);
      json.writeStringProperty("code", code);
      json.writeEndObject();
      json.writeEndObject();
    });
  }
}
