package dev.nightjar.http;

import dev.nightjar.api.ApiError;
import dev.nightjar.http.exchange.Answers;
import dev.nightjar.http.exchange.Endpoint;
import dev.nightjar.http.exchange.Parameters;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/models}: what the upstreams list.
 *
 * @param models the upstream of each model
 */
record ModelRoutes(Supplier<Map<String, String>> models) {
  void register(HttpRouting.Builder routing) {
    new Endpoint().get(this::list).register(routing, "/models");
    new Endpoint().get(this::retrieve).register(routing, "/models/{+id}");
  }

  private void list(ServerRequest request, ServerResponse response) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("object", "list");
    ArrayNode data = json.putArray("data");
    models.get().forEach((id, upstream) -> data.add(model(id, upstream)));
    Answers.send(request, response, json);
  }

  private void retrieve(ServerRequest request, ServerResponse response) {
    String id = Parameters.path(request, "id");
    String upstream = models.get().get(id);
    if (upstream == null) {
      throw new ApiError(
          404, "model_not_found", "model", "The model '%s' does not exist.".formatted(id));
    }
    Answers.send(request, response, model(id, upstream));
  }

  /** Nobody tells us when a model was made; the API wants a number. */
  private static ObjectNode model(String id, String upstream) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", id);
    json.put("object", "model");
    json.put("created", 0);
    json.put("owned_by", upstream);
    return json;
  }
}
