package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.store.BatchStore.BeginTerms;
import dev.nightjar.store.BatchStore.Begun;
import dev.nightjar.store.BatchStore.CreateOutcome;
import dev.nightjar.store.BatchStore.Created;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.BatchStore.Origin;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.StoreException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a batch's status changes (docs/compatibility.md#batches): each only from the state that it
 * may leave.
 */
final class BatchTransitions {
  private BatchTransitions() {}

  static Created create(Sql sql, NewBatch batch) throws SQLException {
    Origin origin = batch.origin();
    Optional<Created> known =
        origin == null ? Optional.empty() : known(sql, batch.project(), origin);
    return known.isPresent()
        ? known.get()
        : new Created(insert(sql, batch, origin), CreateOutcome.NEW);
  }

  /** The batch that an equal request has made: that of its key, or the last before the retry. */
  static Optional<Created> known(Sql sql, String project, Origin origin) throws SQLException {
    if (origin.idempotencyKey() != null) {
      return sql.one(
          "SELECT * FROM batch WHERE project = ? AND idempotency_key = ?",
          row ->
              new Created(
                  Rows.batch(row),
                  origin.hash().equals(row.getString("request_hash"))
                      ? CreateOutcome.KNOWN
                      : CreateOutcome.KEY_REUSED),
          project,
          origin.idempotencyKey());
    }
    return sql.one(
        """
        SELECT * FROM batch WHERE request_hash = ? AND created_at >= ? AND project = ?
          AND idempotency_key IS NULL AND retry_count < ?
        ORDER BY sequence DESC LIMIT 1
        """,
        row -> new Created(Rows.batch(row), CreateOutcome.KNOWN),
        origin.hash(),
        origin.repeatedSince().toEpochMilli(),
        project,
        origin.retryCount());
  }

  private static Batch insert(Sql sql, NewBatch batch, @Nullable Origin origin)
      throws SQLException {
    sql.update(
        """
        INSERT INTO batch (id, project, endpoint, input_file_id, completion_window, status,
          created_at, expires_at, metadata, output_expires_after, idempotency_key, request_hash,
          retry_count)
        VALUES (?, ?, ?, ?, ?, 'validating', ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """,
        batch.id().value(),
        batch.project(),
        batch.endpoint(),
        batch.inputFileId().value(),
        batch.completionWindow(),
        batch.createdAt().toEpochMilli(),
        batch.expiresAt().toEpochMilli(),
        Rows.metadata(batch.metadata()),
        batch.outputExpiresAfterSeconds(),
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

  static Batch find(Sql sql, long batch) throws SQLException {
    return sql.one("SELECT * FROM batch WHERE sequence = ?", Rows::batch, batch)
        .orElseThrow(() -> new StoreException("there is no batch " + batch, null));
  }

  static Begun begin(
      Sql sql, long sequence, ValidInput validated, BeginTerms beginTerms, Instant now)
      throws SQLException {
    Batch batch = find(sql, sequence);
    if (batch.status() != BatchStatus.VALIDATING) {
      return new Begun.As(batch);
    }
    if (beginTerms.enqueuedTokensMax() != null) {
      long enqueued =
          LedgerTable.enqueued(sql, batch.project(), LedgerTable.emptyToNull(validated.model()));
      if (beginTerms.enqueuedTokens() > beginTerms.enqueuedTokensMax() - enqueued) {
        return new Begun.OverQuota(enqueued);
      }
    }
    insert(sql, sequence, validated, beginTerms, now);
    return new Begun.As(find(sql, sequence));
  }

  private static void insert(
      Sql sql, long batch, ValidInput validated, BeginTerms beginTerms, Instant now)
      throws SQLException {
    sql.update(
        """
        UPDATE batch SET status = 'in_progress', in_progress_at = ?, model = ?, total = ?,
          unsealed_chunks = ?, price = ?, enqueued_tokens = ?
        WHERE sequence = ?
        """,
        now.toEpochMilli(),
        LedgerTable.emptyToNull(validated.model()),
        validated.lines(),
        validated.chunks().size(),
        beginTerms.price() == null ? null : beginTerms.price().text(),
        beginTerms.enqueuedTokens(),
        batch);
    sql.updateAll(
        """
        INSERT INTO chunk (batch, number, first_line, lines, offset, length)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        validated.chunks().stream().map(BatchTransitions::row).toList());
  }

  private static Object[] row(Chunk chunk) {
    return new Object[] {
      chunk.id().batch(),
      chunk.id().number(),
      chunk.firstLine(),
      chunk.lines(),
      chunk.offset(),
      chunk.length()
    };
  }

  static Batch fail(Sql sql, long batch, List<BatchError> errors, Instant now) throws SQLException {
    int changed =
        sql.update(
            """
            UPDATE batch SET status = 'failed', failed_at = ?, errors = ?, errors_total = ?
            WHERE sequence = ? AND status = 'validating'
            """,
            now.toEpochMilli(),
            Rows.errors(errors.subList(0, Math.min(errors.size(), Batch.ERRORS_SHOWN))),
            errors.size(),
            batch);
    Batch failed = find(sql, batch);
    if (changed > 0) {
      if (errors.size() > Batch.ERRORS_SHOWN) {
        sql.update("INSERT INTO batch_errors VALUES (?, ?)", batch, Rows.errors(errors));
      }
      Outbox.batchEnded(sql, failed, now);
    }
    return failed;
  }

  static List<BatchError> errors(Sql sql, long batch) throws SQLException {
    return sql.one(
            """
            SELECT coalesce(all_errors.errors, batch.errors)
            FROM batch LEFT JOIN batch_errors AS all_errors ON all_errors.batch = batch.sequence
            WHERE sequence = ?
            """,
            row -> Rows.errors(row.getString(1)),
            batch)
        .orElse(List.of());
  }

  static Optional<Batch> cancel(Sql sql, String project, BatchId id, Instant now)
      throws SQLException {
    sql.update(
        """
        UPDATE batch SET status = 'cancelling', ending = 'cancelled', cancelling_at = ?
        WHERE id = ? AND project = ? AND status IN ('validating', 'in_progress')
        """,
        now.toEpochMilli(),
        id.value(),
        project);
    return sql.one(
        "SELECT * FROM batch WHERE id = ? AND project = ?", Rows::batch, id.value(), project);
  }

  static Batch expire(Sql sql, long batch, Instant now) throws SQLException {
    sql.update(
        """
        UPDATE batch SET status = 'finalizing', ending = 'expired', finalizing_at = ?
        WHERE sequence = ? AND status IN ('validating', 'in_progress')
        """,
        now.toEpochMilli(),
        batch);
    return find(sql, batch);
  }
}
