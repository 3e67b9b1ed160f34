package dev.nightjar.store.sql;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.store.BatchStore.BeginTerms;
import dev.nightjar.store.BatchStore.CreateOutcome;
import dev.nightjar.store.BatchStore.Created;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.BatchStore.Origin;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.StoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The statements on rows of batches, each as a part of a transaction. */
final class BatchTable {
  private BatchTable() {}

  static Batch find(Sql sql, long batch) throws SQLException {
    return sql.one("SELECT * FROM batch WHERE sequence = ?", Rows::batch, batch)
        .orElseThrow(() -> new StoreException("there is no batch " + batch, null));
  }

  // ---- creation

  /** The batch that an equal request has made: that of its key, or the last before the retry. */
  static Optional<Created> known(Sql sql, String project, Origin origin, Instant now)
      throws SQLException {
    if (origin.idempotencyKey() != null) {
      return sql.one(
          "SELECT * FROM batch WHERE project = ? AND idempotency_key = ?",
          row ->
              new Created(
                  Rows.batch(row),
                  origin.isEqualTo(row.getString("request_hash"))
                      ? CreateOutcome.KNOWN
                      : CreateOutcome.KEY_REUSED),
          project,
          origin.idempotencyKey());
    }
    return sql.one(
        """
        SELECT * FROM batch WHERE request_hash IN (?, ?) AND created_at >= ? AND project = ?
          AND idempotency_key IS NULL AND retry_count < ?
        ORDER BY sequence DESC LIMIT 1
        """,
        row -> new Created(Rows.batch(row), CreateOutcome.KNOWN),
        origin.hash(),
        origin.earlierHash(),
        now.minus(origin.repeatedWithin()).toEpochMilli(),
        project,
        origin.retryCount());
  }

  static Batch insert(Sql sql, NewBatch batch, Instant now) throws SQLException {
    Duration window = batch.window();
    Origin origin = batch.origin();
    sql.update(
        """
        INSERT INTO batch (id, project, endpoint, input_file_id, completion_window, status,
          created_at, expires_at, metadata, output_expires_after, max_in_flight, idempotency_key,
          request_hash, retry_count)
        VALUES (?, ?, ?, ?, ?, 'validating', ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """,
        batch.id().value(),
        batch.project(),
        batch.endpoint(),
        batch.inputFileId().value(),
        batch.completionWindow(),
        now.toEpochMilli(),
        window == null ? null : now.plus(window).toEpochMilli(),
        Rows.metadata(batch.metadata()),
        batch.outputExpiresAfterSeconds(),
        batch.maxInFlight(),
        origin == null ? null : origin.idempotencyKey(),
        origin == null ? null : origin.hash(),
        origin == null ? 0 : origin.retryCount());
    Batch inserted =
        sql.one("SELECT * FROM batch WHERE id = ?", Rows::batch, batch.id().value()).orElseThrow();
    for (Map.Entry<String, String> pair : inserted.metadata().entrySet()) {
      sql.update(
          "INSERT INTO batch_metadata VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
          inserted.project(),
          pair.getKey(),
          pair.getValue(),
          inserted.stamps().createdAt().toEpochMilli(),
          inserted.sequence());
    }
    return inserted;
  }

  // ---- validation

  static void begin(Sql sql, long batch, ValidInput validated, BeginTerms beginTerms, Instant now)
      throws SQLException {
    sql.update(
        """
        UPDATE batch SET status = 'in_progress', in_progress_at = ?, model = ?, total = ?,
          unsealed_chunks = ?, price = ?, enqueued_tokens = ?
        WHERE sequence = ?
        """,
        now.toEpochMilli(),
        SqlLedgerStore.emptyToNull(validated.model()),
        validated.lines(),
        validated.chunks().size(),
        beginTerms.price() == null ? null : beginTerms.price().text(),
        beginTerms.enqueuedTokens(),
        batch);
  }

  static void fail(Sql sql, long batch, List<BatchError> errors, Instant now) throws SQLException {
    sql.update(
        """
        UPDATE batch SET status = 'failed', failed_at = ?, errors = ?, errors_total = ?
        WHERE sequence = ?
        """,
        now.toEpochMilli(),
        Rows.errors(errors.subList(0, Math.min(errors.size(), Batch.ERRORS_SHOWN))),
        errors.size(),
        batch);
    if (errors.size() > Batch.ERRORS_SHOWN) {
      sql.update("INSERT INTO batch_errors VALUES (?, ?)", batch, Rows.errors(errors));
    }
  }

  // ---- seals

  /** The last chunk of a running batch has it finalized. */
  static void charge(Sql sql, Seal seal, Instant now) throws SQLException {
    sql.update(
        """
        UPDATE batch SET completed = completed + ?, failed = failed + ?,
          input_tokens = input_tokens + ?, cached_tokens = cached_tokens + ?,
          output_tokens = output_tokens + ?, reasoning_tokens = reasoning_tokens + ?,
          unsealed_chunks = unsealed_chunks - 1, events = events + 1
        WHERE sequence = ?
        """,
        seal.completed(),
        seal.failed(),
        seal.usage().input(),
        seal.usage().cached(),
        seal.usage().output(),
        seal.usage().reasoning(),
        seal.chunk().batch());
    sql.update(
        """
        UPDATE batch SET status = 'finalizing', finalizing_at = ?
        WHERE sequence = ? AND unsealed_chunks = 0 AND status = 'in_progress'
        """,
        now.toEpochMilli(),
        seal.chunk().batch());
  }

  /** Whether all its chunks are. */
  static boolean isSealed(Sql sql, long batch) throws SQLException {
    return sql.one(
            "SELECT unsealed_chunks FROM batch WHERE sequence = ?",
            row -> row.getInt(1) == 0,
            batch)
        .orElseThrow();
  }
}
