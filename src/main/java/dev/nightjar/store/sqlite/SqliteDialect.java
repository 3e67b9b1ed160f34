package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Chunk;
import dev.nightjar.store.BatchStore.BatchQuery;
import dev.nightjar.store.NodeId;
import dev.nightjar.store.sql.Dialect;
import dev.nightjar.store.sql.Rows;
import dev.nightjar.store.sql.Sql;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;

/**
 * SQLite has no locks but one: whoever writes is alone in the database from the beginning of its
 * transaction on ({@code BEGIN IMMEDIATE}), other processes included.
 */
final class SqliteDialect implements Dialect {
  @Override
  public void lockProject(Sql sql, String project) {}

  @Override
  public void lockBatch(Sql sql, long batch) {}

  @Override
  public List<Chunk> claim(Sql sql, NodeId node, long batch, int max) throws SQLException {
    return sql
        .list(
            """
            UPDATE chunk SET state = 'open', epoch = epoch + 1, node = ?3
            WHERE batch = ?1 AND number IN (
              SELECT number FROM chunk WHERE batch = ?1 AND state = 'waiting'
              ORDER BY number LIMIT ?2)
            RETURNING *
            """,
            Rows::chunk,
            batch,
            max,
            node.value())
        .stream()
        .sorted(Comparator.comparing(Chunk::id))
        .toList();
  }

  @Override
  public List<Batch> page(Sql sql, BatchQuery query) throws SQLException {
    return new BatchList(sql, query).page();
  }
}
