package dev.nightjar.http.exchange;

import dev.nightjar.api.ApiError;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.store.disk.DiskFull;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The one place where exceptions become responses, all in OpenAI's envelope. */
public final class ErrorResponses {
  private static final System.Logger LOG = System.getLogger(ErrorResponses.class.getName());

  /** Names the request in every answer, so that an error can be found in the log. */
  static final HeaderName REQUEST_ID = HeaderNames.create("x-request-id");

  private ErrorResponses() {}

  /** Answers for whatever a route or a filter throws; what nobody expected is logged here. */
  public static void send(ServerRequest request, ServerResponse response, Throwable failure) {
    ProcessEnd.ifBrokenByMoreThanTheRequest(failure);
    ApiError error =
        switch (failure) {
          case ApiError refused -> refused;
          case HttpException http -> ofStatus(http.status(), http.getMessage());
          case Exception full when DiskFull.isCauseOf(full) -> ofFullDisk(full);
          default -> unexpected(request, response, failure);
        };
    if (!error.isRetryable()) {
      response.header("x-should-retry", "false");
    }
    if (error.status() == Status.SERVICE_UNAVAILABLE_503.code()) {
      response.header(HeaderNames.RETRY_AFTER, "5");
    }
    if (error.status() == Status.UNAUTHORIZED_401.code()) {
      response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    Answers.send(request, response, error.status(), envelope(error));
  }

  private static ApiError ofFullDisk(Exception full) {
    LOG.log(Level.WARNING, "the disk is full: " + full.getMessage());
    return ApiError.diskFull("its disk is full");
  }

  private static ApiError unexpected(
      ServerRequest request, ServerResponse response, Throwable failure) {
    LOG.log(
        Level.ERROR,
        () ->
            "%s %s failed, request %s"
                .formatted(
                    request.prologue().method().text(),
                    request.prologue().uriPath().rawPath(),
                    response.headers().first(REQUEST_ID).orElse("?")),
        failure);
    return ApiError.internal();
  }

  /** Answers for requests that never reached a route, because they are not HTTP as we take it. */
  public static DirectHandlers direct(Supplier<String> requestIds) {
    DirectHandler handler =
        new DirectHandler() {
          @Override
          public TransportResponse handle(
              TransportRequest request,
              EventType type,
              Status status,
              ServerResponseHeaders headers,
              @Nullable String message) {
            // A failure before there is a path is one of reading the request.
            boolean isUnreadable = type == EventType.INTERNAL_ERROR && request.path().isEmpty();
            ApiError error = isUnreadable ? unreadable() : ofStatus(status, message);
            return TransportResponse.builder()
                .status(Status.create(error.status()))
                .headers(headers)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .header(REQUEST_ID, requestIds.get())
                .keepAlive(type.keepAlive())
                .entity(Answers.bytes(envelope(error)))
                .build();
          }
        };
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(type, handler);
    }
    return handlers.build();
  }

  private static ApiError unreadable() {
    return new ApiError(400, null, null, "The request is not valid HTTP.");
  }

  private static ApiError ofStatus(Status status, @Nullable String message) {
    String text = message == null || message.isBlank() ? status.reasonPhrase() : message;
    return new ApiError(status.code(), null, null, text);
  }

  private static ObjectNode envelope(ApiError error) {
    ObjectNode inner = JsonNodeFactory.instance.objectNode();
    inner.put("message", error.text());
    inner.put("type", error.type());
    inner.put("param", error.param());
    inner.put("code", error.code());
    ObjectNode envelope = JsonNodeFactory.instance.objectNode();
    envelope.set("error", inner);
    return envelope;
  }
}
