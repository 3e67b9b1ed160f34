package dev.nightjar.cli.webhooks;

import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.Table;
import java.time.ZoneId;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Webhook endpoints and deliveries as rows of tables. */
final class WebhookView {
  static final String ENDPOINTS = "/webhook_endpoints";

  static final List<Table.Column> COLUMNS =
      List.of(
          Table.Column.left("ID"),
          Table.Column.left("STATUS"),
          Table.Column.left("CREATED"),
          Table.Column.left("URL"));

  static final List<Table.Column> SECRET_COLUMNS =
      List.of(Table.Column.left("ID"), Table.Column.left("SECRET"));

  static final List<Table.Column> DELIVERY_COLUMNS =
      List.of(
          Table.Column.left("ID"),
          Table.Column.left("TYPE"),
          Table.Column.left("BATCH"),
          Table.Column.left("STATE"),
          Table.Column.right("ATTEMPTS"),
          Table.Column.left("CREATED"),
          Table.Column.left("NEXT"),
          Table.Column.left("ERROR"));

  private WebhookView() {}

  static List<String> row(JsonNode endpoint, ZoneId zone) {
    return List.of(
        endpoint.path("id").asString("-"),
        endpoint.at("/nightjar/status").asString("-"),
        Human.time(endpoint.path("created_at"), zone),
        endpoint.path("url").asString("-"));
  }

  static List<String> secretRow(JsonNode endpoint) {
    return List.of(
        endpoint.path("id").asString("-"), endpoint.path("signing_secret").asString("-"));
  }

  static List<String> deliveryRow(JsonNode delivery, ZoneId zone) {
    return List.of(
        delivery.path("id").asString("-"),
        delivery.path("type").asString("-"),
        delivery.path("batch_id").asString("-"),
        delivery.path("state").asString("-"),
        Human.number(delivery.path("attempts").asLong(0)),
        Human.time(delivery.path("created_at"), zone),
        Human.time(delivery.path("next_at"), zone),
        delivery.path("last_error").asString("-"));
  }
}
