package dev.nightjar.api;

import org.jspecify.annotations.Nullable;

/** A refused request, in the API's words: what OpenAI's error envelope holds. */
public final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final int INSUFFICIENT_STORAGE = 507;

  private final int status;
  private final String type;
  private final @Nullable String code;
  private final @Nullable String param;
  private final String text;

  public ApiError(int status, @Nullable String code, @Nullable String param, String message) {
    this(status, status >= 500 ? "server_error" : "invalid_request_error", code, param, message);
  }

  private ApiError(
      int status, String type, @Nullable String code, @Nullable String param, String message) {
    super(message, null, false, false);
    this.status = status;
    this.type = type;
    this.code = code;
    this.param = param;
    this.text = message;
  }

  public static ApiError missing(String param) {
    return new ApiError(
        400,
        "missing_required_parameter",
        param,
        "Missing required parameter: '%s'.".formatted(param));
  }

  /** Another type than expected; both are named with their article, as in "an array". */
  public static ApiError wrongType(String param, String expected, String got) {
    return new ApiError(
        400,
        "invalid_type",
        param,
        "Invalid type for '%s': expected %s, but got %s instead.".formatted(param, expected, got));
  }

  public static ApiError invalidValue(String param, String message) {
    return new ApiError(400, "invalid_value", param, message);
  }

  public static ApiError belowMin(String param, long min, long got) {
    return new ApiError(
        400,
        "integer_below_min_value",
        param,
        "Invalid '%s': integer below minimum value. Expected a value >= %d, but got %d instead."
            .formatted(param, min, got));
  }

  public static ApiError aboveMax(String param, long max, long got) {
    return new ApiError(
        400,
        "integer_above_max_value",
        param,
        "Invalid '%s': integer above maximum value. Expected a value <= %d, but got %d instead."
            .formatted(param, max, got));
  }

  public static ApiError notFound(@Nullable String param, String message) {
    return new ApiError(404, null, param, message);
  }

  public static ApiError tooLarge(String message) {
    return new ApiError(413, null, null, message);
  }

  /** Too many requests came from one key; it may go on later. */
  public static ApiError rateLimited(String message) {
    return new ApiError(429, "requests", "rate_limit_exceeded", null, message);
  }

  /** The request cannot succeed however often it is sent again. */
  public static ApiError conflict(String message) {
    return new ApiError(409, null, null, message);
  }

  /** There is no room for more; {@code reason} says so in a sentence without its full stop. */
  public static ApiError diskFull(String reason) {
    return new ApiError(
        INSUFFICIENT_STORAGE,
        "insufficient_storage",
        null,
        "The server takes no more files or batches: %s. What it has goes on when there is room."
            .formatted(reason));
  }

  /** Too many ask for the same at once; it is worth trying again soon. */
  public static ApiError busy(String message) {
    return new ApiError(503, "server_busy", null, message);
  }

  /** The fault is ours; what went wrong is in the log only. */
  public static ApiError internal() {
    return new ApiError(
        500,
        null,
        null,
        "The server had an error while processing your request. Its log has the reason.");
  }

  public int status() {
    return status;
  }

  public String type() {
    return type;
  }

  public @Nullable String code() {
    return code;
  }

  public @Nullable String param() {
    return param;
  }

  /** The message, which is never absent here. */
  public String text() {
    return text;
  }

  /**
   * Whether a client that repeats 409 and 5xx by itself may do so: a conflict does not end by
   * waiting, and a full disk not soon.
   */
  public boolean isRetryable() {
    return status != 409 && status != INSUFFICIENT_STORAGE;
  }
}
