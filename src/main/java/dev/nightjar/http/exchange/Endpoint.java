package dev.nightjar.http.exchange;

import dev.nightjar.api.ApiError;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the methods of one path do; HEAD is GET without the body. */
public final class Endpoint implements Handler {
  private final Map<Method, Handler> handlers = new LinkedHashMap<>();

  public Endpoint get(Handler handler) {
    handlers.put(Method.GET, handler);
    handlers.put(Method.HEAD, handler);
    return this;
  }

  public Endpoint post(Handler handler) {
    handlers.put(Method.POST, handler);
    return this;
  }

  public Endpoint delete(Handler handler) {
    handlers.put(Method.DELETE, handler);
    return this;
  }

  /** With and without {@code /v1}: base URLs are written both ways. */
  public void register(HttpRouting.Builder routing, String path) {
    routing.any("/v1" + path, this);
    routing.any(path, this);
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) throws Exception {
    Method method = request.prologue().method();
    Handler handler = handlers.get(method);
    if (handler == null) {
      String allowed = String.join(", ", handlers.keySet().stream().map(Method::text).toList());
      response.header(HeaderNames.ALLOW, allowed);
      throw new ApiError(
          405,
          "method_not_supported",
          null,
          "Not allowed to %s on %s (allowed: %s)."
              .formatted(method.text(), request.path().absolute().path(), allowed));
    }
    handler.handle(request, response);
  }

  /** For all paths that nothing else serves. */
  public static ApiError unknown(ServerRequest request) {
    return new ApiError(
        404,
        "unknown_url",
        null,
        "Invalid URL (%s %s). The API's paths begin with /v1, such as /v1/files and /v1/batches."
            .formatted(request.prologue().method().text(), request.path().absolute().path()));
  }
}
