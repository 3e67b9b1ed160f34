package dev.nightjar.store.sql;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.store.ChunkStore;
import dev.nightjar.store.NodeId;
import dev.nightjar.store.ObjectKeys;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The statements on chunks. Rule R4: counts, usage and the ledger are charged once per chunk, in
 * the transaction that seals it.
 */
final class SqlChunkStore implements ChunkStore {
  private final Transactions database;
  private final Dialect dialect;
  private final NodeId node;
  private final InstantSource clock;

  SqlChunkStore(Transactions database, Dialect dialect, NodeId node, InstantSource clock) {
    this.database = database;
    this.dialect = dialect;
    this.node = node;
    this.clock = clock;
  }

  @Override
  public void releaseChunks() {
    database.inWrite(sql ->
        sql.update(
            """
            UPDATE chunk SET state = 'waiting', node = NULL WHERE state = 'open' AND node = ?
            """,
            node.value()));
  }

  @Override
  public void releaseChunks(long batch, int after) {
    database.inWrite(sql ->
        sql.update(
            """
            UPDATE chunk SET state = 'waiting', node = NULL
            WHERE batch = ? AND number > ? AND state = 'open' AND node = ?
            """,
            batch,
            after,
            node.value()));
  }

  @Override
  public List<Chunk> claim(long batch, int max) {
    return database.inWrite(sql -> dialect.claim(sql, node, batch, max));
  }

  @Override
  public List<ChunkId> unsealed() {
    return database.inRead(SqlChunkStore::unsealed);
  }

  static List<ChunkId> unsealed(Sql sql) throws SQLException {
    return sql.list(
        "SELECT batch, number FROM chunk WHERE state <> 'sealed'",
        row -> new ChunkId(row.getLong("batch"), row.getInt("number")));
  }

  // ---- seal

  @Override
  public SealOutcome seal(Seal seal) {
    return database.inWrite(sql -> seal(sql, seal, clock.instant()));
  }

  /** The row of the batch, which all seals of it change, is last: it is held for the shortest. */
  private SealOutcome seal(Sql sql, Seal seal, Instant now) throws SQLException {
    int sealed =
        sql.update(
            """
            UPDATE chunk SET state = 'sealed', output_bytes = ?, error_bytes = ?
            WHERE batch = ? AND number = ? AND epoch = ? AND node = ? AND state = 'open'
            """,
            seal.outputBytes(),
            seal.errorBytes(),
            seal.chunk().batch(),
            seal.chunk().number(),
            seal.epoch(),
            node.value());
    if (sealed > 0) {
      SqlLedgerStore.charge(sql, seal, now);
      BatchTable.charge(sql, seal, now);
      number(sql, seal);
    } else if (!isSealedBy(sql, seal)) {
      return isInFinishedBatch(sql, seal) ? SealOutcome.SEALED_LAST : SealOutcome.FENCED;
    }
    return BatchTable.isSealed(sql, seal.chunk().batch())
        ? SealOutcome.SEALED_LAST
        : SealOutcome.SEALED;
  }

  /** Under the lock of its batch's row, so that who has seen a number has seen all below it. */
  private static void number(Sql sql, Seal seal) throws SQLException {
    sql.update(
        """
        UPDATE chunk SET sealed_as = (SELECT events FROM batch WHERE sequence = chunk.batch)
        WHERE batch = ? AND number = ?
        """,
        seal.chunk().batch(),
        seal.chunk().number());
  }

  /** A repeated seal of the same epoch is answered as the first time. */
  private boolean isSealedBy(Sql sql, Seal seal) throws SQLException {
    return sql.one(
            """
            SELECT 1 FROM chunk
            WHERE batch = ? AND number = ? AND epoch = ? AND node = ? AND state = 'sealed'
            """,
            row -> row.getInt(1),
            seal.chunk().batch(),
            seal.chunk().number(),
            seal.epoch(),
            node.value())
        .isPresent();
  }

  /**
   * A finished batch has no chunk rows; then its files tell. To call this seal fenced would have
   * its objects deleted, which the files consist of.
   */
  private static boolean isInFinishedBatch(Sql sql, Seal seal) throws SQLException {
    Batch batch = BatchTable.find(sql, seal.chunk().batch());
    if (!batch.status().isTerminal()) {
      return false;
    }
    int number = seal.chunk().number();
    return names(sql, batch.outputFileId(), ObjectKeys.output(batch.id(), number, seal.epoch()))
        || names(sql, batch.errorFileId(), ObjectKeys.error(batch.id(), number, seal.epoch()));
  }

  private static boolean names(Sql sql, @Nullable FileId file, String key) throws SQLException {
    return file != null
        && SqlFileStore.content(sql, file).stream()
            .flatMap(content -> content.pieces().stream())
            .anyMatch(piece -> piece.key().equals(key));
  }

  // ---- what is sealed

  @Override
  public List<Piece> sealedObjects(long batch) {
    return database.inRead(sql -> {
      BatchId id = BatchTable.find(sql, batch).id();
      return ChunkTable.sealed(sql, batch).stream()
          .flatMap(seal -> Stream.of(seal.output(id), seal.error(id)))
          .flatMap(Optional::stream)
          .toList();
    });
  }
}
