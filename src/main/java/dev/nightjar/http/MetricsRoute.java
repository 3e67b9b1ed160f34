package dev.nightjar.http;

import dev.nightjar.http.exchange.Endpoint;
import dev.nightjar.net.ConnectionGuard;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.function.Supplier;

/** {@code /metrics} for Prometheus: not of the API's paths, so without {@code /v1}. */
record MetricsRoute(Supplier<String> page) {
  static final String PATH = "/metrics";
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  void register(HttpRouting.Builder routing) {
    routing.any(PATH, new Endpoint().get(this::send));
  }

  private void send(ServerRequest request, ServerResponse response) {
    response.header(HeaderNames.CONTENT_TYPE, TEXT);
    if (request.prologue().method().equals(Method.HEAD)) {
      ConnectionGuard.send(request, response::send);
    } else {
      String text = page.get();
      ConnectionGuard.send(request, () -> response.send(text));
    }
  }
}
