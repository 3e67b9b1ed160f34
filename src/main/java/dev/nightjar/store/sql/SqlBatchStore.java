package dev.nightjar.store.sql;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.store.BatchStore;
import dev.nightjar.store.FileStore.NewFile;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a batch's status changes (docs/compatibility.md#batches): each only from the state that it
 * may leave.
 */
final class SqlBatchStore implements BatchStore {
  private final Transactions database;
  private final Dialect dialect;
  private final InstantSource clock;

  SqlBatchStore(Transactions database, Dialect dialect, InstantSource clock) {
    this.database = database;
    this.dialect = dialect;
    this.clock = clock;
  }

  // ---- creation

  @Override
  public Created createBatch(NewBatch batch) {
    return database.inWrite(sql -> {
      Optional<Created> known = lockKnown(sql, batch);
      return known.isPresent()
          ? known.get()
          : new Created(BatchTable.insert(sql, batch, clock.instant()), CreateOutcome.NEW);
    });
  }

  private Optional<Created> lockKnown(Sql sql, NewBatch batch) throws SQLException {
    if (batch.origin() == null) {
      return Optional.empty();
    }
    dialect.lockProject(sql, batch.project());
    return BatchTable.known(sql, batch.project(), batch.origin(), clock.instant());
  }

  @Override
  public Optional<Created> createdBefore(String project, Origin origin) {
    return database.inRead(sql -> BatchTable.known(sql, project, origin, clock.instant()));
  }

  // ---- questions

  @Override
  public Optional<Batch> batch(String project, BatchId id) {
    return database.inRead(sql -> find(sql, project, id));
  }

  private static Optional<Batch> find(Sql sql, String project, BatchId id) throws SQLException {
    return sql.one(
        "SELECT * FROM batch WHERE id = ? AND project = ?", Rows::batch, id.value(), project);
  }

  @Override
  public Optional<Batch> batch(long sequence) {
    return database.inRead(
        sql -> sql.one("SELECT * FROM batch WHERE sequence = ?", Rows::batch, sequence));
  }

  @Override
  public List<Batch> batches(BatchQuery query) {
    return isQuick(query)
        ? database.inRead(sql -> dialect.page(sql, query))
        : database.inScan(sql -> dialect.page(sql, query));
  }

  /** Whether such a page is found without looking at much else. */
  private static boolean isQuick(BatchQuery query) {
    BatchFilter filter = query.filter();
    return filter.status() == null && filter.model() == null && filter.metadata().isEmpty();
  }

  /** One by one, each a walk along one part of an index: in one go it takes twice as long. */
  @Override
  public Map<BatchStatus, Long> unfinishedCounts() {
    return database.inScan(sql -> {
      var counts = new EnumMap<BatchStatus, Long>(BatchStatus.class);
      for (BatchStatus status : BatchStatus.UNFINISHED) {
        String count = "SELECT count(*) FROM batch WHERE status = ?";
        counts.put(status, sql.one(count, row -> row.getLong(1), status.apiName()).orElseThrow());
      }
      return counts;
    });
  }

  @Override
  public List<Batch> unfinished() {
    return database.inRead(sql ->
        sql.list(
            "SELECT * FROM batch WHERE %s ORDER BY sequence".formatted(Rows.UNFINISHED),
            Rows::batch));
  }

  @Override
  public List<BatchError> errors(long batch) {
    return database.inRead(sql ->
        sql.one(
                """
                SELECT coalesce(all_errors.errors, batch.errors)
                FROM batch LEFT JOIN batch_errors AS all_errors ON all_errors.batch = batch.sequence
                WHERE sequence = ?
                """,
                row -> Rows.errors(row.getString(1)),
                batch)
            .orElse(List.of()));
  }

  // ---- validation

  @Override
  public Begun begin(long batch, ValidInput validated, BeginTerms beginTerms) {
    return database.inWrite(sql -> {
      Batch before = lock(sql, batch);
      if (before.status() != BatchStatus.VALIDATING) {
        return new Begun.As(before);
      }
      Long tokensMax = beginTerms.enqueuedTokensMax();
      if (tokensMax != null) {
        String model = SqlLedgerStore.emptyToNull(validated.model());
        long enqueued = SqlLedgerStore.enqueued(sql, before.project(), model);
        if (beginTerms.enqueuedTokens() > tokensMax - enqueued) {
          return new Begun.OverQuota(enqueued);
        }
      }
      BatchTable.begin(sql, batch, validated, beginTerms, clock.instant());
      ChunkTable.insert(sql, validated.chunks());
      return new Begun.As(BatchTable.find(sql, batch));
    });
  }

  /** The batch as it stays, with what its project has, until the transaction ends. */
  private Batch lock(Sql sql, long batch) throws SQLException {
    dialect.lockProject(sql, BatchTable.find(sql, batch).project());
    dialect.lockBatch(sql, batch);
    return BatchTable.find(sql, batch);
  }

  @Override
  public Batch fail(long batch, List<BatchError> errors) {
    return database.inWrite(sql -> {
      Batch before = lock(sql, batch);
      if (before.status() != BatchStatus.VALIDATING) {
        return before;
      }
      Instant now = clock.instant();
      BatchTable.fail(sql, batch, errors, now);
      Batch failed = BatchTable.find(sql, batch);
      DeliveryTable.batchEnded(sql, failed, now);
      return failed;
    });
  }

  // ---- its end

  @Override
  public Optional<Batch> cancel(String project, BatchId id) {
    return database.inWrite(sql -> {
      sql.update(
          """
          UPDATE batch SET status = 'cancelling', ending = 'cancelled', cancelling_at = ?
          WHERE id = ? AND project = ? AND status IN ('validating', 'in_progress')
          """,
          clock.millis(),
          id.value(),
          project);
      return find(sql, project, id);
    });
  }

  @Override
  public Batch expire(long batch) {
    return database.inWrite(sql -> {
      sql.update(
          """
          UPDATE batch SET status = 'finalizing', ending = 'expired', finalizing_at = ?
          WHERE sequence = ? AND status IN ('validating', 'in_progress')
          """,
          clock.millis(),
          batch);
      return BatchTable.find(sql, batch);
    });
  }

  @Override
  public Batch finish(long batch, FinishedFiles files) {
    return database.inWrite(sql -> {
      Batch before = lock(sql, batch);
      if (before.status().isTerminal()) {
        return before;
      }
      BatchStatus end = end(before);
      int unsealed = ChunkTable.unsealed(sql, batch);
      if (unsealed > 0) {
        throw new IllegalStateException(before.id() + " has " + unsealed + " unsealed chunks");
      }
      Instant now = clock.instant();
      finish(sql, before, end, files, now);
      Batch ended = BatchTable.find(sql, batch);
      DeliveryTable.batchEnded(sql, ended, now);
      return ended;
    });
  }

  private static BatchStatus end(Batch batch) {
    return switch (batch.status()) {
      case CANCELLING -> BatchStatus.CANCELLED;
      case FINALIZING ->
          batch.ending() == Ending.EXPIRED ? BatchStatus.EXPIRED : BatchStatus.COMPLETED;
      case VALIDATING, IN_PROGRESS, FAILED, COMPLETED, EXPIRED, CANCELLED ->
          throw new IllegalStateException(batch.id() + " cannot finish while " + batch.status());
    };
  }

  /** Its seals become two files, its chunk rows go. */
  private static void finish(
      Sql sql, Batch batch, BatchStatus end, FinishedFiles files, Instant now) throws SQLException {
    var output = new ArrayList<Piece>();
    var error = new ArrayList<Piece>();
    for (ChunkTable.Sealed seal : ChunkTable.sealed(sql, batch.sequence())) {
      seal.output(batch.id()).ifPresent(output::add);
      seal.error(batch.id()).ifPresent(error::add);
    }
    var made = new FinishedFile(batch, files.life(), now);
    sql.update(
        "UPDATE batch SET status = ?, output_file_id = ?, error_file_id = ?, %s_at = ? WHERE sequence = ?"
            .formatted(end.apiName()),
        end.apiName(),
        made.insert(sql, files.output(), "_output.jsonl", new Manifest(output)),
        made.insert(sql, files.error(), "_error.jsonl", new Manifest(error)),
        now.toEpochMilli(),
        batch.sequence());
    ChunkTable.delete(sql, batch.sequence());
  }

  private record FinishedFile(Batch batch, @Nullable Duration life, Instant now) {
    /** Its id; a file of no bytes does not exist. */
    @Nullable String insert(Sql sql, FileId id, String suffix, Manifest content)
        throws SQLException {
      long bytes = content.bytes();
      if (bytes == 0) {
        return null;
      }
      String name = batch.id() + suffix;
      var file = new NewFile(id, batch.project(), name, "batch_output", bytes, life);
      SqlFileStore.insert(sql, file, content, now);
      return id.value();
    }
  }
}
