package dev.nightjar.store.sql;

import dev.nightjar.file.FileId;
import dev.nightjar.file.PartId;
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadId;
import dev.nightjar.file.UploadPart;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.UploadStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
  private final InstantSource clock;

  SqlUploadStore(Transactions database, Dialect dialect, InstantSource clock) {
    this.database = database;
    this.dialect = dialect;
    this.clock = clock;
  }

  @Override
  public Optional<Upload> createUpload(NewUpload upload, int openMax) {
    return database.inWrite(sql -> {
      dialect.lockProject(sql, upload.project());
      insert(sql, upload, openMax);
      return find(sql, upload.project(), upload.id());
    });
  }

  private void insert(Sql sql, NewUpload upload, int openMax) throws SQLException {
    Instant now = clock.instant();
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
        now.toEpochMilli(),
        now.plus(upload.life()).toEpochMilli(),
        upload.file().value(),
        fileLife == null ? null : fileLife.toSeconds(),
        openMax);
  }

  @Override
  public Optional<Upload> upload(String project, UploadId id) {
    return database.inRead(sql -> find(sql, project, id));
  }

  private Optional<Upload> find(Sql sql, String project, UploadId id) throws SQLException {
    return find(sql, id).filter(upload -> upload.project().equals(project));
  }

  private Optional<Upload> find(Sql sql, UploadId id) throws SQLException {
    Instant now = clock.instant();
    return sql.one("SELECT * FROM upload WHERE id = ?", row -> upload(row, now), id.value());
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
  public PartOutcome addPart(NewPart part, PartLimits limits) {
    return database.inWrite(sql -> {
      Optional<Upload> upload = lock(sql, part.upload());
      Optional<UploadPart> known = part(sql, part);
      if (known.isPresent()) {
        return new PartOutcome.Added(known.get());
      }
      Optional<PartRefusal> refusal = refusal(sql, upload, part, limits);
      if (refusal.isPresent()) {
        return refusal.get();
      }
      insert(sql, part);
      return new PartOutcome.Added(part(sql, part).orElseThrow());
    });
  }

  private Optional<PartRefusal> refusal(
      Sql sql, Optional<Upload> upload, NewPart part, PartLimits limits) throws SQLException {
    if (upload.isEmpty() || upload.get().status() != Upload.Status.PENDING) {
      return Optional.of(PartRefusal.ENDED);
    }
    Parts others = partsOf(sql, part.upload());
    if (part.bytes() > limits.timesMax() * upload.get().bytes() - others.bytes) {
      return Optional.of(PartRefusal.TOO_MUCH);
    }
    String project = upload.get().project();
    if (!SqlFileStore.lockRoom(sql, dialect, project, part.bytes(), limits.storageBytesMax())) {
      return Optional.of(PartRefusal.NO_ROOM);
    }
    return others.count >= limits.partsMax() ? Optional.of(PartRefusal.TOO_MANY) : Optional.empty();
  }

  private void insert(Sql sql, NewPart part) throws SQLException {
    sql.update(
        """
        INSERT INTO part (id, upload, bytes, created_at)
        SELECT ?, sequence, ?, ? FROM upload WHERE id = ?
        """,
        part.id().value(),
        part.bytes(),
        clock.millis(),
        part.upload().value());
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

  private static Optional<UploadPart> part(Sql sql, NewPart part) throws SQLException {
    return sql.one(
        "SELECT * FROM part WHERE id = ?", row -> part(row, part.upload()), part.id().value());
  }

  private static UploadPart part(ResultSet row, UploadId upload) throws SQLException {
    return new UploadPart(
        new PartId(row.getString("id")),
        upload,
        row.getLong("bytes"),
        Instant.ofEpochMilli(row.getLong("created_at")));
  }

  @Override
  public List<UploadPart> parts(UploadId upload) {
    return database.inRead(sql -> parts(sql, upload));
  }

  static List<UploadPart> parts(Sql sql, UploadId upload) throws SQLException {
    return sql.list(
        "SELECT * FROM part WHERE upload = (SELECT sequence FROM upload WHERE id = ?)",
        row -> part(row, upload),
        upload.value());
  }

  @Override
  public Upload completeUpload(UploadId upload, CompletedUpload completed) {
    return database.inWrite(sql -> {
      Upload before = lock(sql, upload).orElseThrow(() -> unknown(upload));
      Instant now = clock.instant();
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
        SqlFileStore.insert(sql, fileOf(before), completed.content(), now);
      }
      return find(sql, upload).orElseThrow();
    });
  }

  private static StoreException unknown(UploadId upload) {
    return new StoreException("there is no upload " + upload, null);
  }

  private static NewFile fileOf(Upload upload) {
    return new NewFile(
        upload.file(),
        upload.project(),
        upload.filename(),
        upload.purpose(),
        upload.bytes(),
        upload.fileLife());
  }

  @Override
  public Optional<Upload> cancelUpload(String project, UploadId id) {
    return database.inWrite(sql -> {
      dialect.lockProject(sql, project);
      sql.update(
          """
          UPDATE upload SET status = 'cancelled', ended_at = ?1
          WHERE id = ?2 AND project = ?3 AND status = 'pending' AND expires_at > ?1
          """,
          clock.millis(),
          id.value(),
          project);
      return find(sql, project, id);
    });
  }

  /** A pending one that has expired is no more than that. */
  static Upload upload(ResultSet row, Instant now) throws SQLException {
    Long fileLife = Rows.number(row, "file_life");
    var expiresAt = Instant.ofEpochMilli(row.getLong("expires_at"));
    var status = Upload.Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT));
    boolean hasExpired = status == Upload.Status.PENDING && !now.isBefore(expiresAt);
    return new Upload(
        new UploadId(row.getString("id")),
        row.getString("project"),
        row.getString("filename"),
        row.getString("purpose"),
        row.getLong("bytes"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        expiresAt,
        new FileId(row.getString("file_id")),
        fileLife == null ? null : Duration.ofSeconds(fileLife),
        hasExpired ? Upload.Status.EXPIRED : status,
        Stream.of(row.getString("parts").split(SEPARATOR))
            .filter(id -> !id.isEmpty())
            .map(PartId::new)
            .toList());
  }
}
