package dev.nightjar.store.sql;

import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.Chunk;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.store.ObjectKeys;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** All chunks of a batch: how they come, what they hold once they are sealed, how they go. */
final class ChunkTable {
  private ChunkTable() {}

  /** What a sealed chunk has come to. */
  record Sealed(int number, long epoch, long outputBytes, long errorBytes) {
    private Sealed(ResultSet row) throws SQLException {
      this(
          row.getInt("number"),
          row.getLong("epoch"),
          row.getLong("output_bytes"),
          row.getLong("error_bytes"));
    }

    Optional<Piece> output(BatchId batch) {
      return piece(ObjectKeys.output(batch, number, epoch), outputBytes);
    }

    Optional<Piece> error(BatchId batch) {
      return piece(ObjectKeys.error(batch, number, epoch), errorBytes);
    }

    /** Objects of no bytes do not exist. */
    private static Optional<Piece> piece(String key, long bytes) {
      return bytes > 0 ? Optional.of(new Piece(key, bytes)) : Optional.empty();
    }
  }

  static void insert(Sql sql, List<Chunk> chunks) throws SQLException {
    sql.updateAll(
        """
        INSERT INTO chunk (batch, number, first_line, lines, "offset", length)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        chunks.stream().map(ChunkTable::row).toList());
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

  static int unsealed(Sql sql, long batch) throws SQLException {
    return sql.one(
            "SELECT count(*) FROM chunk WHERE batch = ? AND state <> 'sealed'",
            row -> row.getInt(1),
            batch)
        .orElseThrow();
  }

  static List<Sealed> sealed(Sql sql, long batch) throws SQLException {
    return sql.list(
        "SELECT * FROM chunk WHERE batch = ? AND state = 'sealed' ORDER BY number",
        Sealed::new,
        batch);
  }

  static void delete(Sql sql, long batch) throws SQLException {
    sql.update("DELETE FROM chunk WHERE batch = ?", batch);
  }
}
