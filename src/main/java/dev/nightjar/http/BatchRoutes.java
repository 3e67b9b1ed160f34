package dev.nightjar.http;

import dev.nightjar.api.batches.BatchListing;
import dev.nightjar.api.batches.Batches;
import dev.nightjar.api.batches.Batches.Submitted;
import dev.nightjar.api.batches.RetryHeaders;
import dev.nightjar.http.access.Projects;
import dev.nightjar.http.exchange.Answers;
import dev.nightjar.http.exchange.Endpoint;
import dev.nightjar.http.exchange.JsonBody;
import dev.nightjar.http.exchange.Parameters;
import dev.nightjar.http.exchange.Transfers;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import tools.jackson.databind.JsonNode;

/** {@code /v1/batches}. */
record BatchRoutes(Batches batches, Transfers transfers) {
  private static final HeaderName IDEMPOTENCY_KEY = HeaderNames.create("idempotency-key");
  private static final HeaderName RETRY_COUNT = HeaderNames.create("x-stainless-retry-count");
  private static final HeaderName DEDUPLICATED = HeaderNames.create("x-nightjar-deduplicated");

  void register(HttpRouting.Builder routing) {
    new Endpoint().get(this::list).post(this::create).register(routing, "/batches");
    new Endpoint().get(this::retrieve).register(routing, "/batches/{id}");
    new Endpoint().post(this::cancel).register(routing, "/batches/{id}/cancel");
  }

  private void create(ServerRequest request, ServerResponse response) throws IOException {
    JsonNode body = JsonBody.read(request, batches.limits().jsonBytesMax(), transfers);
    var retryHeaders =
        new RetryHeaders(
            Parameters.header(request, IDEMPOTENCY_KEY),
            Parameters.header(request, RETRY_COUNT),
            Parameters.header(request, HeaderNames.AUTHORIZATION));
    Submitted submitted = batches.create(Projects.of(request), body, retryHeaders);
    if (submitted.isKnown()) {
      response.header(DEDUPLICATED, "1");
    }
    Answers.send(request, response, BatchJson.of(submitted.batch()));
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
