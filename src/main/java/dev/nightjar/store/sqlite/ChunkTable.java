package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;

/** The statements about chunks that are not sealed. */
final class ChunkTable {
  private ChunkTable() {}

  static int release(Sql sql) throws SQLException {
    return sql.update("UPDATE chunk SET state = 'waiting' WHERE state = 'open'");
  }

  static int release(Sql sql, long batch, int after) throws SQLException {
    return sql.update(
        "UPDATE chunk SET state = 'waiting' WHERE batch = ? AND number > ? AND state = 'open'",
        batch,
        after);
  }

  static List<Chunk> claim(Sql sql, long batch, int max) throws SQLException {
    return sql
        .list(
            """
            UPDATE chunk SET state = 'open', epoch = epoch + 1
            WHERE batch = ?1 AND number IN (
              SELECT number FROM chunk WHERE batch = ?1 AND state = 'waiting'
              ORDER BY number LIMIT ?2)
            RETURNING *
            """,
            Rows::chunk,
            batch,
            max)
        .stream()
        .sorted(Comparator.comparing(Chunk::id))
        .toList();
  }

  static List<ChunkId> unsealed(Sql sql) throws SQLException {
    return sql.list(
        "SELECT batch, number FROM chunk WHERE state <> 'sealed'",
        row -> new ChunkId(row.getLong("batch"), row.getInt("number")));
  }
}
