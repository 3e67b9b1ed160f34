package dev.nightjar.store.sql;

import dev.nightjar.store.WebhookEndpoint;
import dev.nightjar.store.WebhookEndpoint.Secrets;
import dev.nightjar.store.WebhookStore.NewEndpoint;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The statements on webhook endpoints, each as a part of a transaction. */
final class EndpointTable {
  private static final String SEPARATOR = " ";

  private EndpointTable() {}

  static void insert(Sql sql, NewEndpoint endpoint, int endpointsMax, Instant now)
      throws SQLException {
    sql.update(
        """
        INSERT INTO webhook_endpoint (id, project, name, url, events, secret, created_at, updated_at)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7 WHERE ?8 > (
          SELECT count(*) FROM webhook_endpoint WHERE project = ?2 AND deleted_at IS NULL)
        ON CONFLICT (id) DO NOTHING
        """,
        endpoint.id(),
        endpoint.project(),
        endpoint.name(),
        endpoint.url(),
        String.join(SEPARATOR, endpoint.events()),
        endpoint.secret(),
        now.toEpochMilli(),
        endpointsMax);
  }

  /** One that is not deleted. */
  static Optional<WebhookEndpoint> find(Sql sql, String project, String id) throws SQLException {
    return sql.one(
        "SELECT * FROM webhook_endpoint WHERE id = ? AND project = ? AND deleted_at IS NULL",
        EndpointTable::endpoint,
        id,
        project);
  }

  static Optional<WebhookEndpoint> find(Sql sql, long sequence) throws SQLException {
    return sql.one(
        "SELECT * FROM webhook_endpoint WHERE sequence = ? AND deleted_at IS NULL",
        EndpointTable::endpoint,
        sequence);
  }

  /** Also one that is deleted. */
  static Optional<WebhookEndpoint> ofDelivery(Sql sql, String delivery) throws SQLException {
    return sql.one(
        """
        SELECT * FROM webhook_endpoint
        WHERE sequence = (SELECT endpoint FROM webhook_delivery WHERE id = ?)
        """,
        EndpointTable::endpoint,
        delivery);
  }

  /** All of a project, newest first. */
  static List<WebhookEndpoint> of(Sql sql, String project) throws SQLException {
    return sql.list(
        """
        SELECT * FROM webhook_endpoint WHERE project = ? AND deleted_at IS NULL
        ORDER BY sequence DESC
        """,
        EndpointTable::endpoint,
        project);
  }

  static void update(Sql sql, WebhookEndpoint endpoint) throws SQLException {
    Secrets secrets = endpoint.secrets();
    sql.update(
        """
        UPDATE webhook_endpoint SET name = ?, url = ?, events = ?, secret = ?,
          previous_secret = ?, previous_secret_until = ?, updated_at = ?, disabled_reason = ?
        WHERE sequence = ?
        """,
        endpoint.name(),
        endpoint.url(),
        String.join(SEPARATOR, endpoint.events()),
        secrets.current(),
        secrets.previous(),
        millis(secrets.previousUntil()),
        endpoint.updatedAt().toEpochMilli(),
        endpoint.disabledReason(),
        endpoint.sequence());
  }

  static void delete(Sql sql, long sequence, Instant now) throws SQLException {
    sql.update(
        "UPDATE webhook_endpoint SET deleted_at = ? WHERE sequence = ?",
        now.toEpochMilli(),
        sequence);
  }

  static void disable(Sql sql, long sequence, String reason) throws SQLException {
    sql.update(
        "UPDATE webhook_endpoint SET disabled_reason = ? WHERE sequence = ?", reason, sequence);
  }

  /** Drops the deleted ones that have no deliveries. */
  static void forget(Sql sql) throws SQLException {
    sql.update(
        """
        DELETE FROM webhook_endpoint WHERE deleted_at IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.endpoint = webhook_endpoint.sequence)
        """);
  }

  private static WebhookEndpoint endpoint(ResultSet row) throws SQLException {
    return new WebhookEndpoint(
        row.getString("id"),
        row.getLong("sequence"),
        row.getString("project"),
        row.getString("name"),
        row.getString("url"),
        List.of(row.getString("events").split(SEPARATOR)),
        new Secrets(
            row.getString("secret"),
            row.getString("previous_secret"),
            Rows.instant(row, "previous_secret_until")),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("updated_at")),
        row.getString("disabled_reason"));
  }

  private static @Nullable Long millis(@Nullable Instant instant) {
    return instant == null ? null : instant.toEpochMilli();
  }
}
