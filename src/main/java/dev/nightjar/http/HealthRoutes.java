package dev.nightjar.http;

import dev.nightjar.http.exchange.Answers;
import dev.nightjar.http.exchange.Endpoint;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /healthz/live} and {@code /healthz/ready}. */
record HealthRoutes(Health health) {
  static final String LIVE = "/healthz/live";
  static final String READY = "/healthz/ready";

  void register(HttpRouting.Builder routing) {
    routing.any(
        LIVE,
        new Endpoint()
            .get((request, response) -> send(request, response, "live", health.deadBecause())));
    routing.any(
        READY,
        new Endpoint()
            .get((request, response) -> send(request, response, "ready", health.unreadyBecause())));
  }

  private static void send(
      ServerRequest request, ServerResponse response, String status, Optional<String> whyNot) {
    if (whyNot.isEmpty()) {
      Answers.send(request, response, status(status));
    } else {
      Answers.send(request, response, 503, status("not " + status).put("reason", whyNot.get()));
    }
  }

  private static ObjectNode status(String status) {
    return JsonNodeFactory.instance.objectNode().put("status", status);
  }
}
