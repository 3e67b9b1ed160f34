package dev.nightjar.cli.data;

import dev.nightjar.store.ApiKey;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.Table;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A key as JSON and as a row of a table, never with its text. */
final class KeyView {
  static final List<Table.Column> COLUMNS =
      List.of(
          Table.Column.left("ID"),
          Table.Column.left("PROJECT"),
          Table.Column.left("NAME"),
          Table.Column.left("SCOPES"),
          Table.Column.right("PER MINUTE"),
          Table.Column.left("CREATED"),
          Table.Column.left("REVOKED"));

  private KeyView() {}

  static JsonNode json(ApiKey key) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", key.id().value());
    json.put("project", key.project());
    json.put("name", key.name());
    ArrayNode scopes = json.putArray("scopes");
    key.scopes().stream().sorted().forEach(scope -> scopes.add(text(scope)));
    json.put("requests_per_minute", key.requestsPerMinute());
    json.put("created_at", key.createdAt().getEpochSecond());
    Instant revokedAt = key.revokedAt();
    json.put("revoked_at", revokedAt == null ? null : revokedAt.getEpochSecond());
    return json;
  }

  static List<String> row(JsonNode key, ZoneId zone) {
    return List.of(
        key.path("id").asString("-"),
        key.path("project").asString("-"),
        key.path("name").asString("-"),
        key.path("scopes").valueStream().map(JsonNode::asString).collect(Collectors.joining(",")),
        Human.number(key.path("requests_per_minute")),
        Human.time(key.path("created_at"), zone),
        Human.time(key.path("revoked_at"), zone));
  }

  static String scopes(ApiKey key) {
    return key.scopes().stream().sorted().map(KeyView::text).collect(Collectors.joining(","));
  }

  static String text(Scope scope) {
    return scope.name().toLowerCase(Locale.ROOT);
  }
}
