package dev.nightjar.store.sqlite;

import dev.nightjar.store.MetaStore.Seal;
import dev.nightjar.store.MetaStore.SealOutcome;
import java.sql.SQLException;
import java.time.Instant;

/** Rule R4: counts and usage are charged once per chunk, in the transaction that seals it. */
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
      finalizeIfLast(sql, seal.chunk().batch(), now);
    } else if (!isSealedBy(sql, seal)) {
      return SealOutcome.FENCED;
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
}
