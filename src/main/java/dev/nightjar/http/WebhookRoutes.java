package dev.nightjar.http;

import dev.nightjar.api.webhooks.Webhooks;
import dev.nightjar.http.access.Projects;
import dev.nightjar.http.exchange.Answers;
import dev.nightjar.http.exchange.Endpoint;
import dev.nightjar.http.exchange.JsonBody;
import dev.nightjar.http.exchange.Parameters;
import dev.nightjar.http.exchange.Transfers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code /v1/webhook_endpoints}, as OpenAI's, and what is ours beside it. */
record WebhookRoutes(Webhooks webhooks, Transfers transfers) {
  void register(HttpRouting.Builder routing) {
    String endpoint = "/webhook_endpoints/{id}";
    new Endpoint().get(this::list).post(this::create).register(routing, "/webhook_endpoints");
    new Endpoint()
        .get(this::retrieve)
        .post(this::update)
        .delete(this::delete)
        .register(routing, endpoint);
    new Endpoint().post(this::rotateSecret).register(routing, endpoint + "/rotate_secret");
    new Endpoint().post(this::test).register(routing, endpoint + "/test");
    new Endpoint().post(this::enable).register(routing, endpoint + "/enable");
    new Endpoint().get(this::deliveries).register(routing, endpoint + "/deliveries");
    new Endpoint().post(this::replay).register(routing, "/webhook_deliveries/{id}/replay");
    new Endpoint().get(this::eventTypes).register(routing, "/webhook_event_types");
  }

  private void create(ServerRequest request, ServerResponse response) throws IOException {
    var endpoint = webhooks.create(Projects.of(request), body(request));
    Answers.send(request, response, WebhookJson.withSecret(endpoint));
  }

  private void list(ServerRequest request, ServerResponse response) {
    var page =
        webhooks.list(
            Projects.of(request),
            Parameters.query(request, "limit"),
            Parameters.query(request, "after"));
    Answers.send(request, response, WebhookJson.endpoints(page));
  }

  private void retrieve(ServerRequest request, ServerResponse response) {
    Answers.send(
        request, response, WebhookJson.of(webhooks.get(Projects.of(request), id(request))));
  }

  private void update(ServerRequest request, ServerResponse response) throws IOException {
    var endpoint = webhooks.update(Projects.of(request), id(request), body(request));
    Answers.send(request, response, WebhookJson.of(endpoint));
  }

  private void delete(ServerRequest request, ServerResponse response) {
    webhooks.delete(Projects.of(request), id(request));
    Answers.send(request, response, WebhookJson.deleted(id(request)));
  }

  private void rotateSecret(ServerRequest request, ServerResponse response) throws IOException {
    JsonNode body =
        request.content().hasEntity() ? body(request) : JsonNodeFactory.instance.objectNode();
    var endpoint = webhooks.rotateSecret(Projects.of(request), id(request), body);
    Answers.send(request, response, WebhookJson.withSecret(endpoint));
  }

  private void test(ServerRequest request, ServerResponse response) throws IOException {
    var tested = webhooks.test(Projects.of(request), id(request), body(request));
    Answers.send(request, response, WebhookJson.of(tested));
  }

  /** Its body, if there is one, says nothing. */
  private void enable(ServerRequest request, ServerResponse response) {
    Answers.send(
        request, response, WebhookJson.of(webhooks.enable(Projects.of(request), id(request))));
  }

  private void deliveries(ServerRequest request, ServerResponse response) {
    var page =
        webhooks.deliveries(
            Projects.of(request),
            id(request),
            Parameters.query(request, "limit"),
            Parameters.query(request, "after"));
    Answers.send(request, response, WebhookJson.deliveries(page));
  }

  /** Its body, if there is one, says nothing. */
  private void replay(ServerRequest request, ServerResponse response) {
    Answers.send(
        request, response, WebhookJson.of(webhooks.replay(Projects.of(request), id(request))));
  }

  private void eventTypes(ServerRequest request, ServerResponse response) {
    Answers.send(request, response, WebhookJson.eventTypes(webhooks.eventTypes()));
  }

  private JsonNode body(ServerRequest request) throws IOException {
    return JsonBody.read(request, webhooks.limits().jsonBytesMax(), transfers);
  }

  private static String id(ServerRequest request) {
    return Parameters.path(request, "id");
  }
}
