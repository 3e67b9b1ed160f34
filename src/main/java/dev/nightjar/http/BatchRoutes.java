package dev.nightjar.http;

import dev.nightjar.api.BatchListing;
import dev.nightjar.api.Batches;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import tools.jackson.databind.JsonNode;

/** {@code /v1/batches}. */
record BatchRoutes(Batches batches) {
  void register(HttpRouting.Builder routing) {
    new Endpoint().get(this::list).post(this::create).register(routing, "/batches");
    new Endpoint().get(this::retrieve).register(routing, "/batches/{id}");
    new Endpoint().post(this::cancel).register(routing, "/batches/{id}/cancel");
  }

  private void create(ServerRequest request, ServerResponse response) throws IOException {
    JsonNode body = JsonBody.read(request, batches.limits().jsonBytesMax());
    Answers.send(request, response, BatchJson.of(batches.create(Projects.of(request), body)));
  }

  private void list(ServerRequest request, ServerResponse response) {
    Answers.send(
        request,
        response,
        BatchJson.page(
            batches.list(Projects.of(request), new BatchListing(Parameters.queries(request)))));
  }

  private void retrieve(ServerRequest request, ServerResponse response) {
    Answers.send(
        request,
        response,
        BatchJson.of(batches.get(Projects.of(request), Parameters.path(request, "id"))));
  }

  /** Its body, if there is one, says nothing. */
  private void cancel(ServerRequest request, ServerResponse response) {
    Answers.send(
        request,
        response,
        BatchJson.of(batches.cancel(Projects.of(request), Parameters.path(request, "id"))));
  }
}
