package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.store.WebhookEndpoint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;

/**
 * Writes the deliveries of a batch's terminal event, in the transaction that ends the batch. Ids
 * are derived: a batch has one terminal event, and an endpoint gets it once.
 */
final class Outbox {
  private static final int ID_BYTES = 16;

  private Outbox() {}

  /** Of a batch that has just become terminal. */
  static void batchEnded(Sql sql, Batch batch, Instant now) throws SQLException {
    String type = "batch." + batch.status().apiName();
    String event = "evt_" + derived(batch.id().value());
    for (WebhookEndpoint endpoint : WebhookTable.endpoints(sql, batch.project())) {
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
}
