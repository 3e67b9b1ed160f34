package dev.nightjar.http;

import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /healthz/live} and {@code /healthz/ready}.
 *
 * @param readiness why no work should be sent here; empty when it may
 */
record HealthRoutes(Supplier<Optional<String>> readiness) {
  static final String LIVE = "/healthz/live";
  static final String READY = "/healthz/ready";

  void register(HttpRouting.Builder routing) {
    routing.any(LIVE, new Endpoint().get(HealthRoutes::live));
    routing.any(READY, new Endpoint().get(this::ready));
  }

  private static void live(ServerRequest request, ServerResponse response) {
    Answers.send(request, response, status("live"));
  }

  private void ready(ServerRequest request, ServerResponse response) {
    Optional<String> reason = readiness.get();
    if (reason.isEmpty()) {
      Answers.send(request, response, status("ready"));
    } else {
      Answers.send(request, response, 503, status("not ready").put("reason", reason.get()));
    }
  }

  private static ObjectNode status(String status) {
    return JsonNodeFactory.instance.objectNode().put("status", status);
  }
}
