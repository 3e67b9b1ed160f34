package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.file.FileId;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.ChunkStore.SealOutcome;
import dev.nightjar.store.ObjectKeys;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Rule R4: counts, usage and the ledger are charged once per chunk, in the transaction that seals
 * it.
 */
final class Sealing {
  private Sealing() {}

  static SealOutcome seal(Sql sql, Seal seal, Instant now) throws SQLException {
    int sealed =
        sql.update(
            """
            UPDATE chunk SET state = 'sealed', output_bytes = ?, error_bytes = ?
            WHERE batch = ? AND number = ? AND epoch = ? AND state = 'open'
            """,
            seal.outputBytes(),
            seal.errorBytes(),
            seal.chunk().batch(),
            seal.chunk().number(),
            seal.epoch());
    if (sealed > 0) {
      charge(sql, seal);
      LedgerTable.charge(sql, seal, now);
      finalizeIfLast(sql, seal.chunk().batch(), now);
    } else if (!isSealedBy(sql, seal)) {
      return isInFinishedBatch(sql, seal) ? SealOutcome.SEALED_LAST : SealOutcome.FENCED;
    }
    return sql.one(
            "SELECT unsealed_chunks FROM batch WHERE sequence = ?",
            row -> row.getInt(1) == 0 ? SealOutcome.SEALED_LAST : SealOutcome.SEALED,
            seal.chunk().batch())
        .orElseThrow();
  }

  private static void charge(Sql sql, Seal seal) throws SQLException {
    sql.update(
        """
        UPDATE batch SET completed = completed + ?, failed = failed + ?,
          input_tokens = input_tokens + ?, cached_tokens = cached_tokens + ?,
          output_tokens = output_tokens + ?, reasoning_tokens = reasoning_tokens + ?,
          unsealed_chunks = unsealed_chunks - 1
        WHERE sequence = ?
        """,
        seal.completed(),
        seal.failed(),
        seal.usage().input(),
        seal.usage().cached(),
        seal.usage().output(),
        seal.usage().reasoning(),
        seal.chunk().batch());
  }

  private static void finalizeIfLast(Sql sql, long batch, Instant now) throws SQLException {
    sql.update(
        """
        UPDATE batch SET status = 'finalizing', finalizing_at = ?
        WHERE sequence = ? AND unsealed_chunks = 0 AND status = 'in_progress'
        """,
        now.toEpochMilli(),
        batch);
  }

  /** A repeated seal of the same epoch is answered as the first time. */
  private static boolean isSealedBy(Sql sql, Seal seal) throws SQLException {
    return sql.one(
            "SELECT 1 FROM chunk WHERE batch = ? AND number = ? AND epoch = ? AND state = 'sealed'",
            row -> row.getInt(1),
            seal.chunk().batch(),
            seal.chunk().number(),
            seal.epoch())
        .isPresent();
  }

  /**
   * A finished batch has no chunk rows; then its files tell. To call this seal fenced would have
   * its objects deleted, which the files consist of.
   */
  private static boolean isInFinishedBatch(Sql sql, Seal seal) throws SQLException {
    Batch batch = BatchTransitions.find(sql, seal.chunk().batch());
    if (!batch.status().isTerminal()) {
      return false;
    }
    int number = seal.chunk().number();
    return names(sql, batch.outputFileId(), ObjectKeys.output(batch.id(), number, seal.epoch()))
        || names(sql, batch.errorFileId(), ObjectKeys.error(batch.id(), number, seal.epoch()));
  }

  private static boolean names(Sql sql, @Nullable FileId file, String key) throws SQLException {
    return file != null
        && FileTable.content(sql, file).stream()
            .flatMap(content -> content.pieces().stream())
            .anyMatch(piece -> piece.key().equals(key));
  }
}
