package dev.nightjar.store.sql;

import dev.nightjar.batch.Batch;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.FileStore;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The statements on files, and on what each project stores. */
final class SqlFileStore implements FileStore {
  private static final String VISIBLE =
      "deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?)";

  private static final int QUICK_FILES_MAX = 1_001;

  private final Transactions database;
  private final Dialect dialect;
  private final InstantSource clock;

  SqlFileStore(Transactions database, Dialect dialect, InstantSource clock) {
    this.database = database;
    this.dialect = dialect;
    this.clock = clock;
  }

  /** A file that is there already needs no room. */
  @Override
  public Optional<StoredFile> insertFile(NewFile file, Manifest content, long storageBytesMax) {
    return database.inWrite(sql -> {
      if (lockRoom(sql, dialect, file.project(), file.bytes(), storageBytesMax)) {
        insert(sql, file, content, clock.instant());
      }
      return place(sql, file.project(), file.id());
    });
  }

  /** Repeated after an unknown outcome it changes nothing. */
  static void insert(Sql sql, NewFile file, Manifest content, Instant now) throws SQLException {
    Duration life = file.life();
    sql.update(
        """
        INSERT INTO file (id, project, filename, purpose, bytes, created_at, expires_at, content)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """,
        file.id().value(),
        file.project(),
        file.filename(),
        file.purpose(),
        file.bytes(),
        now.toEpochMilli(),
        life == null ? null : now.plus(life).toEpochMilli(),
        content.encode());
  }

  /** Whether the project may store so many bytes more, as long as the transaction lasts. */
  static boolean lockRoom(Sql sql, Dialect dialect, String project, long more, long bytesMax)
      throws SQLException {
    if (bytesMax == Long.MAX_VALUE) {
      return true;
    }
    dialect.lockProject(sql, project);
    return more <= bytesMax - storedBytes(sql, project);
  }

  @Override
  public long storedBytes(String project) {
    return database.inRead(sql -> storedBytes(sql, project));
  }

  private static long storedBytes(Sql sql, String project) throws SQLException {
    return sql.one("SELECT bytes FROM storage WHERE project = ?", row -> row.getLong(1), project)
        .orElse(0L);
  }

  @Override
  public Optional<StoredFile> file(String project, FileId id) {
    return visible(project, id, clock.instant());
  }

  @Override
  public Optional<StoredFile> inputOf(Batch batch) {
    return visible(batch.project(), batch.inputFileId(), batch.stamps().createdAt());
  }

  private Optional<StoredFile> visible(String project, FileId id, Instant at) {
    return database.inRead(sql ->
        sql.one(
            "SELECT * FROM file WHERE id = ? AND project = ? AND " + VISIBLE,
            Rows::file,
            id.value(),
            project,
            at.toEpochMilli()));
  }

  @Override
  public Optional<StoredFile> placeOf(String project, FileId id) {
    return database.inRead(sql -> place(sql, project, id));
  }

  private static Optional<StoredFile> place(Sql sql, String project, FileId id)
      throws SQLException {
    return sql.one(
        "SELECT * FROM file WHERE id = ? AND project = ?", Rows::file, id.value(), project);
  }

  @Override
  public List<StoredFile> files(FileQuery query) {
    return isQuick(query)
        ? database.inRead(sql -> page(sql, query))
        : database.inScan(sql -> page(sql, query));
  }

  /** Whether such a page is short, and found without looking at much else. */
  private static boolean isQuick(FileQuery query) {
    return query.purpose() == null && query.limit() <= QUICK_FILES_MAX;
  }

  private List<StoredFile> page(Sql sql, FileQuery query) throws SQLException {
    String order = query.isAscending() ? "ASC" : "DESC";
    String next = query.isAscending() ? ">" : "<";
    StoredFile after = query.after();
    long outermost = query.isAscending() ? Long.MIN_VALUE : Long.MAX_VALUE;
    return sql.list(
        """
        SELECT * FROM file WHERE project = ?1 AND %s
          AND purpose = coalesce(?3, purpose)
          AND (created_at, sequence) %s (?4, ?5)
        ORDER BY created_at %s, sequence %s LIMIT ?6
        """
            .formatted(VISIBLE.replace("?", "?2"), next, order, order),
        Rows::file,
        query.project(),
        clock.millis(),
        query.purpose(),
        after == null ? outermost : after.createdAt().toEpochMilli(),
        after == null ? outermost : after.sequence(),
        query.limit());
  }

  @Override
  public boolean deleteFile(String project, FileId id) {
    return database.inWrite(sql ->
        sql.update(
                "UPDATE file SET deleted_at = ?1 WHERE id = ?2 AND project = ?3 AND "
                    + VISIBLE.replace("?", "?1"),
                clock.millis(),
                id.value(),
                project)
            > 0);
  }

  @Override
  public Optional<Manifest> content(FileId id) {
    return database.inRead(sql -> content(sql, id));
  }

  static Optional<Manifest> content(Sql sql, FileId id) throws SQLException {
    return sql.one(
        "SELECT content FROM file WHERE id = ?",
        row -> Manifest.decode(row.getBytes("content")),
        id.value());
  }
}
