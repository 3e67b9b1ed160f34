package dev.nightjar.http;

import dev.nightjar.api.accounts.Accounts;
import dev.nightjar.api.accounts.Estimates;
import dev.nightjar.http.access.Projects;
import dev.nightjar.http.exchange.Answers;
import dev.nightjar.http.exchange.Endpoint;
import dev.nightjar.http.exchange.Parameters;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;

/**
 * {@code /v1/organization/…} in OpenAI's shape, and beyond its API {@code /v1/quota} and estimates.
 */
record AccountRoutes(Accounts accounts, Estimates estimates) {
  void register(HttpRouting.Builder routing) {
    new Endpoint().get(this::tokens).register(routing, "/organization/usage/completions");
    new Endpoint().get(this::money).register(routing, "/organization/costs");
    new Endpoint().get(this::quota).register(routing, "/quota");
    new Endpoint().get(this::estimate).register(routing, "/files/{id}/estimate");
  }

  private void tokens(ServerRequest request, ServerResponse response) {
    Answers.send(
        request,
        response,
        AccountJson.tokens(accounts.tokens(Projects.reported(request), Parameters.lists(request))));
  }

  private void money(ServerRequest request, ServerResponse response) {
    Answers.send(
        request,
        response,
        AccountJson.money(accounts.money(Projects.reported(request), Parameters.lists(request))));
  }

  private void quota(ServerRequest request, ServerResponse response) {
    Answers.send(request, response, AccountJson.of(accounts.quota(Projects.of(request))));
  }

  private void estimate(ServerRequest request, ServerResponse response) throws IOException {
    Answers.send(
        request,
        response,
        AccountJson.of(estimates.of(Projects.of(request), Parameters.path(request, "id"))));
  }
}
