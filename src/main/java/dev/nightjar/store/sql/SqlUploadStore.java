package dev.nightjar.store.sql;

import dev.nightjar.file.FileId;
import dev.nightjar.file.PartId;
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadId;
import dev.nightjar.file.UploadPart;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.UploadStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statements on uploads and their parts. */
final class SqlUploadStore implements UploadStore {
  private static final String SEPARATOR = ",";

  private final Transactions database;
  private final Dialect dialect;

  SqlUploadStore(Transactions database, Dialect dialect) {
    this.database = database;
    this.dialect = dialect;
  }

  @Override
  public boolean createUpload(Upload upload, int openMax) {
    return database.inWrite(sql -> {
      dialect.lockProject(sql, upload.project());
      insert(sql, upload, openMax);
      return find(sql, upload.id()).isPresent();
    });
  }

  private static void insert(Sql sql, Upload upload, int openMax) throws SQLException {
    Duration fileLife = upload.fileLife();
    sql.update(
        """
        INSERT INTO upload
          (id, project, filename, purpose, bytes, created_at, expires_at, file_id, file_life)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
        WHERE ?10 > (
          SELECT count(*) FROM upload
          WHERE project = ?2 AND status = 'pending' AND expires_at > ?6)
        ON CONFLICT (id) DO NOTHING
        """,
        upload.id().value(),
        upload.project(),
        upload.filename(),
        upload.purpose(),
        upload.bytes(),
        upload.createdAt().toEpochMilli(),
        upload.expiresAt().toEpochMilli(),
        upload.file().value(),
        fileLife == null ? null : fileLife.toSeconds(),
        openMax);
  }

  @Override
  public Optional<Upload> upload(String project, UploadId id) {
    return database.inRead(sql -> find(sql, project, id));
  }

  private static Optional<Upload> find(Sql sql, String project, UploadId id) throws SQLException {
    return find(sql, id).filter(upload -> upload.project().equals(project));
  }

  private static Optional<Upload> find(Sql sql, UploadId id) throws SQLException {
    return sql.one("SELECT * FROM upload WHERE id = ?", SqlUploadStore::upload, id.value());
  }

  /** The upload as it stays until the transaction ends. */
  private Optional<Upload> lock(Sql sql, UploadId id) throws SQLException {
    Optional<Upload> upload = find(sql, id);
    if (upload.isPresent()) {
      dialect.lockProject(sql, upload.get().project());
    }
    return find(sql, id);
  }

  @Override
  public PartOutcome addPart(UploadPart part, PartLimits limits, Instant now) {
    return database.inWrite(sql -> addPart(sql, part, limits, now));
  }

  private PartOutcome addPart(Sql sql, UploadPart part, PartLimits limits, Instant now)
      throws SQLException {
    Optional<Upload> upload = lock(sql, part.upload());
    if (hasPart(sql, part.id())) {
      return PartOutcome.ADDED;
    }
    if (upload.isEmpty() || upload.get().statusAt(now) != Upload.Status.PENDING) {
      return PartOutcome.ENDED;
    }
    Parts others = partsOf(sql, part.upload());
    if (part.bytes() > limits.timesMax() * upload.get().bytes() - others.bytes) {
      return PartOutcome.TOO_MUCH;
    }
    String project = upload.get().project();
    if (!SqlFileStore.lockRoom(sql, dialect, project, part.bytes(), limits.storageBytesMax())) {
      return PartOutcome.NO_ROOM;
    }
    if (others.count >= limits.partsMax()) {
      return PartOutcome.TOO_MANY;
    }
    sql.update(
        """
        INSERT INTO part (id, upload, bytes, created_at)
        SELECT ?, sequence, ?, ? FROM upload WHERE id = ?
        """,
        part.id().value(),
        part.bytes(),
        part.createdAt().toEpochMilli(),
        part.upload().value());
    return PartOutcome.ADDED;
  }

  private record Parts(int count, long bytes) {}

  private static Parts partsOf(Sql sql, UploadId upload) throws SQLException {
    return sql.one(
            """
            SELECT count(*), coalesce(sum(bytes), 0) FROM part
            WHERE upload = (SELECT sequence FROM upload WHERE id = ?)
            """,
            row -> new Parts(row.getInt(1), row.getLong(2)),
            upload.value())
        .orElseThrow();
  }

  private static boolean hasPart(Sql sql, PartId id) throws SQLException {
    return sql.one("SELECT 1 FROM part WHERE id = ?", row -> row.getInt(1), id.value()).isPresent();
  }

  @Override
  public List<UploadPart> parts(UploadId upload) {
    return database.inRead(sql -> parts(sql, upload));
  }

  static List<UploadPart> parts(Sql sql, UploadId upload) throws SQLException {
    return sql.list(
        "SELECT * FROM part WHERE upload = (SELECT sequence FROM upload WHERE id = ?)",
        row ->
            new UploadPart(
                new PartId(row.getString("id")),
                upload,
                row.getLong("bytes"),
                Instant.ofEpochMilli(row.getLong("created_at"))),
        upload.value());
  }

  @Override
  public Upload completeUpload(UploadId upload, CompletedUpload completed, Instant now) {
    return database.inWrite(sql -> {
      lock(sql, upload);
      int changed =
          sql.update(
              """
              UPDATE upload SET status = 'completed', ended_at = ?1, parts = ?2
              WHERE id = ?3 AND status = 'pending' AND expires_at > ?1
              """,
              now.toEpochMilli(),
              completed.parts().stream().map(PartId::value).collect(Collectors.joining(SEPARATOR)),
              upload.value());
      if (changed > 0) {
        SqlFileStore.insert(sql, completed.file(), completed.content());
      }
      return find(sql, upload)
          .orElseThrow(() -> new StoreException("there is no upload " + upload, null));
    });
  }

  @Override
  public Optional<Upload> cancelUpload(String project, UploadId id, Instant now) {
    return database.inWrite(sql -> {
      dialect.lockProject(sql, project);
      sql.update(
          """
          UPDATE upload SET status = 'cancelled', ended_at = ?1
          WHERE id = ?2 AND project = ?3 AND status = 'pending' AND expires_at > ?1
          """,
          now.toEpochMilli(),
          id.value(),
          project);
      return find(sql, project, id);
    });
  }

  static Upload upload(ResultSet row) throws SQLException {
    Long fileLife = Rows.number(row, "file_life");
    return new Upload(
        new UploadId(row.getString("id")),
        row.getString("project"),
        row.getString("filename"),
        row.getString("purpose"),
        row.getLong("bytes"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("expires_at")),
        new FileId(row.getString("file_id")),
        fileLife == null ? null : Duration.ofSeconds(fileLife),
        Upload.Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
        Stream.of(row.getString("parts").split(SEPARATOR))
            .filter(id -> !id.isEmpty())
            .map(PartId::new)
            .toList());
  }
}
