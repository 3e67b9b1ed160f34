package dev.nightjar.validation;

import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.EndpointPath;
import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.Parameter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a line must be to run in a batch of this endpoint: docs/compatibility.md#validation-errors.
 */
record LineRules(String endpoint, boolean mixedUrls) {
  /** What is wrong with such lines; see {@link #isBareBody}. */
  static final String BARE_BODY = "bare body";

  LineRules(String endpoint) {
    this(endpoint, false);
  }

  /** The model that a line asks for, empty if it may leave it out; null if that is an error. */
  @Nullable String model(RequestLine line) {
    if (line.model() != null) {
      return line.model();
    }
    return line.bodyStart() < 0 || required(url(line)).contains(Parameter.MODEL) ? null : "";
  }

  /** A batch whose lines may leave the model out has none. */
  static @Nullable String knownModel(@Nullable String model) {
    return model == null || model.isEmpty() ? null : model;
  }

  /** One that has nothing of a request but what belongs into its body. */
  boolean isBareBody(RequestLine line) {
    return line.isLikeBody()
        && line.customId() == null
        && line.method() == null
        && line.url() == null
        && line.bodyStart() < 0;
  }

  BatchError bareBody(long number) {
    return new BatchError(
        "missing_required_parameter",
        "Missing required parameter: 'body'. The line is a body alone; a request has it inside, as in"
            + " {\"custom_id\": \"1\", \"method\": \"POST\", \"url\": \"%s\", \"body\": {…}}."
                .formatted(endpoint),
        "body",
        number);
  }

  /** Adds what is wrong with a line, but for what its model is. */
  void check(RequestLine line, long number, List<BatchError> errors) {
    if (line.customId() == null || line.customId().isEmpty()) {
      errors.add(missing("custom_id", number));
    }
    if (line.method() == null) {
      errors.add(missing("method", number));
    } else if (!line.method().equals("POST")) {
      errors.add(
          new BatchError(
              "invalid_method",
              "Invalid method '%s': only 'POST' is supported."
                  .formatted(BatchError.excerpt(line.method())),
              "method",
              number));
    }
    if (line.url() == null) {
      errors.add(missing("url", number));
    } else if (!line.url().equals(url(line))) {
      errors.add(new BatchError("invalid_url", otherUrl(line.url()), "url", number));
    }
    if (line.bodyStart() < 0) {
      errors.add(missing("body", number));
    } else {
      checkBody(line, number, errors);
    }
  }

  /** Where a line goes: if it says something else, that is an error. */
  private String url(RequestLine line) {
    String own = line.url();
    return mixedUrls && own != null && EndpointPath.is(own) ? own : endpoint;
  }

  private String otherUrl(String url) {
    String both =
        "The URL provided for this request does not match the batch endpoint. The line has '%s', and"
                .formatted(BatchError.excerpt(url))
            + " the endpoint is '%s'.".formatted(BatchError.excerpt(endpoint));
    return EndpointPath.is(url)
        ? both
        : both + " A url is a path, such as %s.".formatted(EndpointPath.EXAMPLE);
  }

  private void checkBody(RequestLine line, long number, List<BatchError> errors) {
    if (line.isStreaming()) {
      errors.add(
          new BatchError(
              "streaming_unsupported",
              product(url(line)) + "Streaming is not supported in the Batch API.",
              "body.stream",
              number));
    }
    for (Parameter parameter : required(url(line))) {
      if (!has(line, parameter)) {
        String name = parameter.apiName();
        String title = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
        errors.add(
            new BatchError(
                "invalid_request", title + " parameter is required.", "body." + name, number));
      }
    }
  }

  /** Embeddings of vLLM may be of a conversation. */
  private boolean has(RequestLine line, Parameter parameter) {
    return line.parameters().contains(parameter)
        || (url(line).equals("/v1/embeddings")
            && parameter == Parameter.INPUT
            && line.parameters().contains(Parameter.MESSAGES));
  }

  private static String product(String url) {
    return url.equals("/v1/chat/completions") ? "Chat Completions: " : "";
  }

  private static List<Parameter> required(String url) {
    return switch (url) {
      case "/v1/chat/completions" -> List.of(Parameter.MODEL, Parameter.MESSAGES);
      case "/v1/embeddings" -> List.of(Parameter.MODEL, Parameter.INPUT);
      case "/v1/completions" -> List.of(Parameter.MODEL, Parameter.PROMPT);
      case "/v1/moderations" -> List.of(Parameter.INPUT);
      default -> List.of();
    };
  }

  private static BatchError missing(String name, long number) {
    return new BatchError(
        "missing_required_parameter",
        "Missing required parameter: '%s'.".formatted(name),
        name,
        number);
  }
}
