package dev.nightjar.store.sql;

import dev.nightjar.batch.Batch;
import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookEndpoint;
import dev.nightjar.store.WebhookStore.Due;
import dev.nightjar.store.WebhookStore.Outcome;
import dev.nightjar.store.WebhookStore.Try;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The statements on deliveries of webhooks, each as a part of a transaction. */
final class DeliveryTable {
  private static final int ID_BYTES = 16;

  private DeliveryTable() {}

  /**
   * Writes the deliveries of the terminal event of a batch that has just become so. Its project is
   * locked: an endpoint that is disabled meanwhile would have some that are pending. Ids are
   * derived: a batch has one terminal event, and an endpoint gets it once.
   */
  static void batchEnded(Sql sql, Batch batch, Instant now) throws SQLException {
    String type = "batch." + batch.status().apiName();
    String event = "evt_" + derived(batch.id().value());
    for (WebhookEndpoint endpoint : EndpointTable.of(sql, batch.project())) {
      if (endpoint.disabledReason() == null && endpoint.events().contains(type)) {
        sql.update(
            """
            INSERT INTO webhook_delivery
              (id, endpoint, event_id, type, batch_id, created_at, begun_at, next_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6) ON CONFLICT (endpoint, event_id) DO NOTHING
            """,
            "wh_" + derived(event + " " + endpoint.id()),
            endpoint.sequence(),
            event,
            type,
            batch.id().value(),
            now.toEpochMilli());
      }
    }
  }

  private static String derived(String from) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(from.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static Optional<WebhookDelivery> find(Sql sql, String project, String id) throws SQLException {
    return sql.one(
        """
        SELECT * FROM webhook_delivery WHERE id = ? AND endpoint IN (
          SELECT sequence FROM webhook_endpoint WHERE project = ? AND deleted_at IS NULL)
        """,
        DeliveryTable::delivery,
        id,
        project);
  }

  /** If it is due. */
  static Optional<WebhookDelivery> find(Sql sql, long sequence, Instant now) throws SQLException {
    return sql.one(
        "SELECT * FROM webhook_delivery WHERE sequence = ? AND state = 'pending' AND next_at <= ?",
        DeliveryTable::delivery,
        sequence,
        now.toEpochMilli());
  }

  /** A page, newest first. */
  static List<WebhookDelivery> of(Sql sql, long endpoint, long before, int limit)
      throws SQLException {
    return sql.list(
        """
        SELECT * FROM webhook_delivery WHERE endpoint = ? AND sequence < ?
        ORDER BY sequence DESC LIMIT ?
        """,
        DeliveryTable::delivery,
        endpoint,
        before,
        limit);
  }

  static boolean replay(Sql sql, String project, String id, Instant now) throws SQLException {
    return sql.update(
            """
            UPDATE webhook_delivery SET state = 'pending', attempts = 0, begun_at = ?1,
              next_at = ?1, ended_at = NULL
            WHERE id = ?2 AND endpoint IN (
              SELECT sequence FROM webhook_endpoint
              WHERE project = ?3 AND deleted_at IS NULL AND disabled_reason IS NULL)
            """,
            now.toEpochMilli(),
            id,
            project)
        > 0;
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
              ORDER BY next_at, sequence LIMIT ?2)) AS placed
        WHERE place <= ?3 ORDER BY next_at, sequence
        """,
        row -> new Due(row.getString(1), row.getLong(2), row.getLong(3)),
        now.toEpochMilli(),
        perEndpoint,
        perProject);
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

  /** False if it is recorded already, or a replay has overtaken it. */
  static boolean tried(Sql sql, Try ended, Instant now) throws SQLException {
    String state =
        switch (ended.outcome()) {
          case Outcome.Delivered _ -> "delivered";
          case Outcome.Again _ -> "pending";
          case Outcome.GivenUp _, Outcome.EndpointGone _ -> "failed";
        };
    @Nullable Long nextAt =
        ended.outcome() instanceof Outcome.Again(Duration wait)
            ? now.plus(wait).toEpochMilli()
            : null;
    WebhookDelivery delivery = ended.delivery();
    // One that failed meanwhile, with its endpoint, only becomes what is better than that.
    return sql.update(
            """
            UPDATE webhook_delivery SET state = ?1, attempts = attempts + 1, next_at = ?2,
              ended_at = ?3, last_status = ?4, last_error = ?5
            WHERE id = ?6 AND attempts = ?7 AND begun_at = ?8
              AND (state = 'pending' OR ?1 = 'delivered')
            """,
            state,
            nextAt,
            nextAt == null ? now.toEpochMilli() : null,
            ended.status(),
            ended.error(),
            delivery.id(),
            delivery.attempts(),
            delivery.begunAt().toEpochMilli())
        > 0;
  }

  static void failPending(Sql sql, long endpoint, String error, Instant now) throws SQLException {
    sql.update(
        """
        UPDATE webhook_delivery SET state = 'failed', next_at = NULL, ended_at = ?, last_error = ?
        WHERE endpoint = ? AND state = 'pending'
        """,
        now.toEpochMilli(),
        error,
        endpoint);
  }

  static int forget(Sql sql, Instant endedBy, int max) throws SQLException {
    return sql.update(
        """
        DELETE FROM webhook_delivery WHERE sequence IN (
          SELECT sequence FROM webhook_delivery WHERE ended_at <= ? LIMIT ?)
        """,
        endedBy.toEpochMilli(),
        max);
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
}
