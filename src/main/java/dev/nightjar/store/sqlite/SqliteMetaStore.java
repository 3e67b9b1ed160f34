package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.MetaStore;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** MetaStore on one SQLite file, in WAL mode with {@code synchronous=FULL}. */
public final class SqliteMetaStore implements MetaStore {
  private static final String VISIBLE =
      "deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?)";

  private final Database database;

  public SqliteMetaStore(Path file) {
    this.database = new Database(file);
  }

  // ---- files

  @Override
  public void insertFile(StoredFile file, Manifest content) {
    database.inWrite(sql -> insert(sql, file, content));
  }

  /** Repeated after an unknown outcome it changes nothing. */
  static int insert(Sql sql, StoredFile file, Manifest content) throws SQLException {
    return sql.update(
        """
        INSERT INTO file (id, project, filename, purpose, bytes, created_at, expires_at, content)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """,
        file.id().value(),
        file.project(),
        file.filename(),
        file.purpose(),
        file.bytes(),
        file.createdAt().toEpochMilli(),
        millis(file.expiresAt()),
        content.encode());
  }

  @Override
  public Optional<StoredFile> file(String project, FileId id, Instant now) {
    return database.inRead(sql ->
        sql.one(
            "SELECT * FROM file WHERE id = ? AND project = ? AND " + VISIBLE,
            Rows::file,
            id.value(),
            project,
            now.toEpochMilli()));
  }

  @Override
  public List<StoredFile> files(FileQuery query) {
    String order = query.isAscending() ? "ASC" : "DESC";
    String next = query.isAscending() ? ">" : "<";
    StoredFile after = query.after();
    return database.inRead(sql ->
        sql.list(
            """
            SELECT * FROM file WHERE project = ?1 AND %s
              AND (?3 IS NULL OR purpose = ?3)
              AND (?4 IS NULL OR (created_at, sequence) %s (?4, ?5))
            ORDER BY created_at %s, sequence %s LIMIT ?6
            """
                .formatted(VISIBLE.replace("?", "?2"), next, order, order),
            Rows::file,
            query.project(),
            query.now().toEpochMilli(),
            query.purpose(),
            after == null ? null : after.createdAt().toEpochMilli(),
            after == null ? null : after.sequence(),
            query.limit()));
  }

  @Override
  public boolean deleteFile(String project, FileId id, Instant now) {
    return database.inWrite(sql ->
        sql.update(
                "UPDATE file SET deleted_at = ?1 WHERE id = ?2 AND project = ?3 AND "
                    + VISIBLE.replace("?", "?1"),
                now.toEpochMilli(),
                id.value(),
                project)
            > 0);
  }

  @Override
  public Optional<Manifest> content(FileId id) {
    return database.inRead(sql ->
        sql.one(
            "SELECT content FROM file WHERE id = ?",
            row -> Manifest.decode(row.getBytes("content")),
            id.value()));
  }

  // ---- batches

  @Override
  public Batch createBatch(NewBatch batch) {
    return database.inWrite(sql -> BatchTransitions.create(sql, batch));
  }

  @Override
  public Optional<Batch> batch(String project, BatchId id) {
    return database.inRead(sql ->
        sql.one(
            "SELECT * FROM batch WHERE id = ? AND project = ?", Rows::batch, id.value(), project));
  }

  @Override
  public Optional<Batch> batch(long sequence) {
    return database.inRead(
        sql -> sql.one("SELECT * FROM batch WHERE sequence = ?", Rows::batch, sequence));
  }

  @Override
  public List<Batch> batches(BatchQuery query) {
    Batch after = query.after();
    return database.inRead(sql ->
        sql.list(
            """
            SELECT * FROM batch WHERE project = ?1
              AND (?2 IS NULL OR (created_at, sequence) < (?2, ?3))
            ORDER BY created_at DESC, sequence DESC LIMIT ?4
            """,
            Rows::batch,
            query.project(),
            after == null ? null : after.stamps().createdAt().toEpochMilli(),
            after == null ? null : after.sequence(),
            query.limit()));
  }

  @Override
  public List<Batch> unfinished() {
    return database.inRead(sql ->
        sql.list(
            """
            SELECT * FROM batch
            WHERE status IN ('validating', 'in_progress', 'finalizing', 'cancelling')
            ORDER BY sequence
            """,
            Rows::batch));
  }

  @Override
  public Batch begin(long batch, Validated validated, Instant now) {
    return database.inWrite(sql -> BatchTransitions.begin(sql, batch, validated, now));
  }

  @Override
  public Batch fail(long batch, List<BatchError> errors, Instant now) {
    return database.inWrite(sql -> BatchTransitions.fail(sql, batch, errors, now));
  }

  @Override
  public Optional<Batch> cancel(String project, BatchId id, Instant now) {
    return database.inWrite(sql -> BatchTransitions.cancel(sql, project, id, now));
  }

  @Override
  public Batch expire(long batch, Instant now) {
    return database.inWrite(sql -> BatchTransitions.expire(sql, batch, now));
  }

  @Override
  public Batch finish(long batch, FinishedFiles files, Instant now) {
    return database.inWrite(sql -> new Finish(sql, files, now).run(batch));
  }

  // ---- chunks

  @Override
  public void releaseChunks() {
    database.inWrite(sql -> sql.update("UPDATE chunk SET state = 'waiting' WHERE state = 'open'"));
  }

  @Override
  public List<Chunk> claim(long batch, int max) {
    return database.inWrite(sql ->
        sql
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
            .sorted(java.util.Comparator.comparing(Chunk::id))
            .toList());
  }

  @Override
  public List<ChunkId> unsealed() {
    return database.inRead(sql ->
        sql.list(
            "SELECT batch, number FROM chunk WHERE state <> 'sealed'",
            row -> new ChunkId(row.getLong("batch"), row.getInt("number"))));
  }

  @Override
  public SealOutcome seal(Seal seal, Instant now) {
    return database.inWrite(sql -> Sealing.seal(sql, seal, now));
  }

  @Override
  public void close() {
    database.close();
  }

  static @Nullable Long millis(@Nullable Instant instant) {
    return instant == null ? null : instant.toEpochMilli();
  }
}
