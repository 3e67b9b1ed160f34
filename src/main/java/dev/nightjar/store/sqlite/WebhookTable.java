package dev.nightjar.store.sqlite;

import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookEndpoint;
import dev.nightjar.store.WebhookEndpoint.Secrets;
import dev.nightjar.store.WebhookStore.Due;
import dev.nightjar.store.WebhookStore.DueDelivery;
import dev.nightjar.store.WebhookStore.Outcome;
import dev.nightjar.store.WebhookStore.Try;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The statements on webhook endpoints and deliveries; {@link Outbox} makes the deliveries. */
final class WebhookTable {
  private static final String SEPARATOR = " ";

  private WebhookTable() {}

  // ---- endpoints

  static boolean create(Sql sql, WebhookEndpoint endpoint, int endpointsMax) throws SQLException {
    Secrets secrets = endpoint.secrets();
    sql.update(
        """
        INSERT INTO webhook_endpoint (id, project, name, url, events, secret, created_at, updated_at)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE ?9 > (
          SELECT count(*) FROM webhook_endpoint WHERE project = ?2 AND deleted_at IS NULL)
        ON CONFLICT (id) DO NOTHING
        """,
        endpoint.id(),
        endpoint.project(),
        endpoint.name(),
        endpoint.url(),
        String.join(SEPARATOR, endpoint.events()),
        secrets.current(),
        endpoint.createdAt().toEpochMilli(),
        endpoint.updatedAt().toEpochMilli(),
        endpointsMax);
    return endpoint(sql, endpoint.project(), endpoint.id()).isPresent();
  }

  static Optional<WebhookEndpoint> endpoint(Sql sql, String project, String id)
      throws SQLException {
    return sql.one(
        "SELECT * FROM webhook_endpoint WHERE id = ? AND project = ? AND deleted_at IS NULL",
        WebhookTable::endpoint,
        id,
        project);
  }

  static List<WebhookEndpoint> endpoints(Sql sql, String project) throws SQLException {
    return sql.list(
        """
        SELECT * FROM webhook_endpoint WHERE project = ? AND deleted_at IS NULL
        ORDER BY sequence DESC
        """,
        WebhookTable::endpoint,
        project);
  }

  static Optional<WebhookEndpoint> change(
      Sql sql, String project, String id, UnaryOperator<WebhookEndpoint> change)
      throws SQLException {
    Optional<WebhookEndpoint> changed = endpoint(sql, project, id).map(change);
    if (changed.isEmpty()) {
      return changed;
    }
    WebhookEndpoint endpoint = changed.get();
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
    return changed;
  }

  static boolean delete(Sql sql, String project, String id, Instant now) throws SQLException {
    Optional<WebhookEndpoint> endpoint = endpoint(sql, project, id);
    if (endpoint.isEmpty()) {
      return false;
    }
    sql.update(
        "UPDATE webhook_endpoint SET deleted_at = ? WHERE sequence = ?",
        now.toEpochMilli(),
        endpoint.get().sequence());
    failPending(sql, endpoint.get().sequence(), "the endpoint was deleted", now);
    return true;
  }

  private static void failPending(Sql sql, long endpoint, String error, Instant now)
      throws SQLException {
    sql.update(
        """
        UPDATE webhook_delivery SET state = 'failed', next_at = NULL, ended_at = ?, last_error = ?
        WHERE endpoint = ? AND state = 'pending'
        """,
        now.toEpochMilli(),
        error,
        endpoint);
  }

  // ---- deliveries

  static Optional<WebhookDelivery> delivery(Sql sql, String project, String id)
      throws SQLException {
    return sql.one(
        """
        SELECT * FROM webhook_delivery WHERE id = ? AND endpoint IN (
          SELECT sequence FROM webhook_endpoint WHERE project = ? AND deleted_at IS NULL)
        """,
        WebhookTable::delivery,
        id,
        project);
  }

  static List<WebhookDelivery> deliveries(
      Sql sql, WebhookEndpoint endpoint, @Nullable WebhookDelivery after, int limit)
      throws SQLException {
    return sql.list(
        """
        SELECT * FROM webhook_delivery WHERE endpoint = ? AND sequence < ?
        ORDER BY sequence DESC LIMIT ?
        """,
        WebhookTable::delivery,
        endpoint.sequence(),
        after == null ? Long.MAX_VALUE : after.sequence(),
        limit);
  }

  static Optional<WebhookDelivery> replay(Sql sql, String project, String id, Instant now)
      throws SQLException {
    int changed =
        sql.update(
            """
            UPDATE webhook_delivery SET state = 'pending', attempts = 0, begun_at = ?1,
              next_at = ?1, ended_at = NULL
            WHERE id = ?2 AND endpoint IN (
              SELECT sequence FROM webhook_endpoint
              WHERE project = ?3 AND deleted_at IS NULL AND disabled_reason IS NULL)
            """,
            now.toEpochMilli(),
            id,
            project);
    return changed > 0 ? delivery(sql, project, id) : Optional.empty();
  }

  /**
   * From one endpoint that has pending deliveries to the next, and each one's oldest by an index: a
   * long queue costs nothing.
   */
  static List<Due> due(Sql sql, Instant now, int perEndpoint, int perProject) throws SQLException {
    return sql.list(
        """
        WITH RECURSIVE waiting(endpoint) AS (
          SELECT min(endpoint) FROM webhook_delivery WHERE state = 'pending'
          UNION ALL
          SELECT (SELECT min(d.endpoint) FROM webhook_delivery d
                  WHERE d.state = 'pending' AND d.endpoint > waiting.endpoint)
          FROM waiting WHERE waiting.endpoint IS NOT NULL)
        SELECT project, endpoint, sequence FROM (
          SELECT e.project, d.endpoint, d.sequence, d.next_at, row_number()
            OVER (PARTITION BY e.project ORDER BY d.next_at, d.sequence) AS place
          FROM waiting
            JOIN webhook_endpoint e ON e.sequence = waiting.endpoint AND e.deleted_at IS NULL
            JOIN webhook_delivery d ON d.sequence IN (
              SELECT sequence FROM webhook_delivery
              WHERE endpoint = e.sequence AND state = 'pending' AND next_at <= ?1
              ORDER BY next_at, sequence LIMIT ?2))
        WHERE place <= ?3 ORDER BY next_at, sequence
        """,
        row -> new Due(row.getString(1), row.getLong(2), row.getLong(3)),
        now.toEpochMilli(),
        perEndpoint,
        perProject);
  }

  static Optional<DueDelivery> due(Sql sql, Due due, Instant now) throws SQLException {
    Optional<WebhookDelivery> delivery =
        sql.one(
            "SELECT * FROM webhook_delivery WHERE sequence = ? AND state = 'pending' AND next_at <="
                + " ?",
            WebhookTable::delivery,
            due.delivery(),
            now.toEpochMilli());
    Optional<WebhookEndpoint> endpoint =
        sql.one(
            "SELECT * FROM webhook_endpoint WHERE sequence = ? AND deleted_at IS NULL",
            WebhookTable::endpoint,
            due.endpoint());
    return delivery.flatMap(found -> endpoint.map(to -> new DueDelivery(found, to)));
  }

  static Optional<Instant> next(Sql sql, Instant now) throws SQLException {
    return sql.one(
        """
        SELECT next_at FROM webhook_delivery WHERE state = 'pending' AND next_at > ?
        ORDER BY next_at LIMIT 1
        """,
        row -> Instant.ofEpochMilli(row.getLong(1)),
        now.toEpochMilli());
  }

  static int hasten(Sql sql, Instant now) throws SQLException {
    return sql.update(
        "UPDATE webhook_delivery SET next_at = ?1 WHERE state = 'pending' AND next_at > ?1",
        now.toEpochMilli());
  }

  /** Returns a number only because a transaction has to. */
  static int tried(Sql sql, Try ended) throws SQLException {
    String state =
        switch (ended.outcome()) {
          case Outcome.Delivered _ -> "delivered";
          case Outcome.Again _ -> "pending";
          case Outcome.GivenUp _, Outcome.EndpointGone _ -> "failed";
        };
    Instant nextAt = ended.outcome() instanceof Outcome.Again(Instant next) ? next : null;
    WebhookDelivery delivery = ended.delivery();
    // One that failed meanwhile, with its endpoint, only becomes what is better than that.
    int changed =
        sql.update(
            """
            UPDATE webhook_delivery SET state = ?1, attempts = attempts + 1, next_at = ?2,
              ended_at = ?3, last_status = ?4, last_error = ?5
            WHERE id = ?6 AND attempts = ?7 AND begun_at = ?8
              AND (state = 'pending' OR ?1 = 'delivered')
            """,
            state,
            millis(nextAt),
            nextAt == null ? ended.at().toEpochMilli() : null,
            ended.status(),
            ended.error(),
            delivery.id(),
            delivery.attempts(),
            delivery.begunAt().toEpochMilli());
    if (changed > 0 && ended.outcome() instanceof Outcome.EndpointGone(String reason)) {
      disable(sql, delivery, reason, ended.at());
    }
    return changed;
  }

  private static void disable(Sql sql, WebhookDelivery delivery, String reason, Instant now)
      throws SQLException {
    long endpoint =
        sql.one(
                "SELECT endpoint FROM webhook_delivery WHERE id = ?",
                row -> row.getLong(1),
                delivery.id())
            .orElseThrow();
    sql.update(
        "UPDATE webhook_endpoint SET disabled_reason = ? WHERE sequence = ?", reason, endpoint);
    failPending(sql, endpoint, "the endpoint is disabled: " + reason, now);
  }

  static int forget(Sql sql, Instant endedBy, int max) throws SQLException {
    int dropped =
        sql.update(
            """
            DELETE FROM webhook_delivery WHERE sequence IN (
              SELECT sequence FROM webhook_delivery WHERE ended_at <= ? LIMIT ?)
            """,
            endedBy.toEpochMilli(),
            max);
    sql.update(
        """
        DELETE FROM webhook_endpoint WHERE deleted_at IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.endpoint = webhook_endpoint.sequence)
        """);
    return dropped;
  }

  // ---- rows

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

  private static WebhookDelivery delivery(ResultSet row) throws SQLException {
    Long status = Rows.number(row, "last_status");
    return new WebhookDelivery(
        row.getString("id"),
        row.getLong("sequence"),
        row.getString("event_id"),
        row.getString("type"),
        row.getString("batch_id"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("begun_at")),
        WebhookDelivery.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getInt("attempts"),
        Rows.instant(row, "next_at"),
        Rows.instant(row, "ended_at"),
        status == null ? null : Math.toIntExact(status),
        row.getString("last_error"));
  }

  private static @Nullable Long millis(@Nullable Instant instant) {
    return instant == null ? null : instant.toEpochMilli();
  }
}
