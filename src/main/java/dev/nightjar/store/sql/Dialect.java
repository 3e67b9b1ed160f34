package dev.nightjar.store.sql;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Chunk;
import dev.nightjar.store.BatchStore.BatchQuery;
import dev.nightjar.store.NodeId;
import java.sql.SQLException;
import java.util.List;

/**
 * Where databases differ: in what comes of two transactions at once, and in how a page is found.
 * Whatever looks before it writes takes a lock first. The order of locks is: project, batch, chunks
 * in their order, ledger.
 */
public interface Dialect {
  /** Until this transaction ends, no other that takes this lock goes on. */
  void lockProject(Sql sql, String project) throws SQLException;

  /** The same for a batch, which is read after it is locked. */
  void lockBatch(Sql sql, long batch) throws SQLException;

  /** Opens the next waiting chunks for this node and no other: epoch + 1. In their order. */
  List<Chunk> claim(Sql sql, NodeId node, long batch, int max) throws SQLException;

  /** One page, newest first, ties by sequence. */
  List<Batch> page(Sql sql, BatchQuery query) throws SQLException;
}
