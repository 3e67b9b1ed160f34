package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.Chunk;
import dev.nightjar.store.MetaStore.NewBatch;
import dev.nightjar.store.MetaStore.StoreException;
import dev.nightjar.store.MetaStore.Validated;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a batch's status changes (contract §3.3): each only from the state that it may leave. */
final class BatchTransitions {
  private BatchTransitions() {}

  static Batch create(Sql sql, NewBatch batch) throws SQLException {
    sql.update(
        """
        INSERT INTO batch (id, project, endpoint, input_file_id, completion_window, status,
          created_at, expires_at, metadata, output_expires_after)
        VALUES (?, ?, ?, ?, ?, 'validating', ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """,
        batch.id().value(),
        batch.project(),
        batch.endpoint(),
        batch.inputFileId().value(),
        batch.completionWindow(),
        batch.createdAt().toEpochMilli(),
        batch.expiresAt().toEpochMilli(),
        Rows.metadata(batch.metadata()),
        batch.outputExpiresAfterSeconds());
    return sql.one("SELECT * FROM batch WHERE id = ?", Rows::batch, batch.id().value())
        .orElseThrow();
  }

  static Batch find(Sql sql, long batch) throws SQLException {
    return sql.one("SELECT * FROM batch WHERE sequence = ?", Rows::batch, batch)
        .orElseThrow(() -> new StoreException("there is no batch " + batch, null));
  }

  static Batch begin(Sql sql, long batch, Validated validated, Instant now) throws SQLException {
    int changed =
        sql.update(
            """
            UPDATE batch SET status = 'in_progress', in_progress_at = ?, model = ?, total = ?,
              unsealed_chunks = ?
            WHERE sequence = ? AND status = 'validating'
            """,
            now.toEpochMilli(),
            emptyToNull(validated.model()),
            validated.lines(),
            validated.chunks().size(),
            batch);
    if (changed > 0) {
      sql.updateAll(
          """
          INSERT INTO chunk (batch, number, first_line, lines, offset, length)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
          validated.chunks().stream().map(BatchTransitions::row).toList());
    }
    return find(sql, batch);
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

  private static @Nullable String emptyToNull(@Nullable String model) {
    return model == null || model.isEmpty() ? null : model;
  }

  static Batch fail(Sql sql, long batch, List<BatchError> errors, Instant now) throws SQLException {
    int changed =
        sql.update(
            """
            UPDATE batch SET status = 'failed', failed_at = ?, errors = ?
            WHERE sequence = ? AND status = 'validating'
            """,
            now.toEpochMilli(),
            Rows.errors(errors),
            batch);
    Batch failed = find(sql, batch);
    if (changed > 0) {
      Outbox.batchEnded(sql, failed, now);
    }
    return failed;
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
        WHERE sequence = ? AND status = 'in_progress'
        """,
        now.toEpochMilli(),
        batch);
    return find(sql, batch);
  }
}
