package dev.nightjar.store.sqlite;

import dev.nightjar.file.FileId;
import dev.nightjar.file.PartId;
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadId;
import dev.nightjar.file.UploadPart;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.UploadStore.CompletedUpload;
import dev.nightjar.store.UploadStore.PartLimits;
import dev.nightjar.store.UploadStore.PartOutcome;
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
final class UploadTable {
  private static final String SEPARATOR = ",";

  private UploadTable() {}

  static boolean create(Sql sql, Upload upload, int openMax) throws SQLException {
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
    return find(sql, upload.id()).isPresent();
  }

  private static Optional<Upload> find(Sql sql, UploadId id) throws SQLException {
    return sql.one("SELECT * FROM upload WHERE id = ?", UploadTable::upload, id.value());
  }

  static Optional<Upload> find(Sql sql, String project, UploadId id) throws SQLException {
    return find(sql, id).filter(upload -> upload.project().equals(project));
  }

  static PartOutcome addPart(Sql sql, UploadPart part, PartLimits limits, Instant now)
      throws SQLException {
    if (hasPart(sql, part.id())) {
      return PartOutcome.ADDED;
    }
    Optional<Upload> upload =
        find(sql, part.upload()).filter(found -> found.statusAt(now) == Upload.Status.PENDING);
    if (upload.isEmpty()) {
      return PartOutcome.ENDED;
    }
    if (part.bytes() > limits.timesMax() * upload.get().bytes() - partBytes(sql, part.upload())) {
      return PartOutcome.TOO_MUCH;
    }
    String project = upload.get().project();
    if (!Storage.hasRoom(sql, project, part.bytes(), limits.storageBytesMax())) {
      return PartOutcome.NO_ROOM;
    }
    int added =
        sql.update(
            """
            INSERT INTO part (id, upload, bytes, created_at)
            SELECT ?1, sequence, ?3, ?4 FROM upload
            WHERE id = ?2 AND ?5 > (SELECT count(*) FROM part WHERE upload = upload.sequence)
            """,
            part.id().value(),
            part.upload().value(),
            part.bytes(),
            part.createdAt().toEpochMilli(),
            limits.partsMax());
    return added > 0 ? PartOutcome.ADDED : PartOutcome.TOO_MANY;
  }

  private static long partBytes(Sql sql, UploadId upload) throws SQLException {
    return sql.one(
            """
            SELECT coalesce(sum(bytes), 0) FROM part
            WHERE upload = (SELECT sequence FROM upload WHERE id = ?)
            """,
            row -> row.getLong(1),
            upload.value())
        .orElseThrow();
  }

  private static boolean hasPart(Sql sql, PartId id) throws SQLException {
    return sql.one("SELECT 1 FROM part WHERE id = ?", row -> row.getInt(1), id.value()).isPresent();
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

  static Upload complete(Sql sql, UploadId upload, CompletedUpload completed, Instant now)
      throws SQLException {
    String parts =
        completed.parts().stream().map(PartId::value).collect(Collectors.joining(SEPARATOR));
    int changed =
        sql.update(
            """
            UPDATE upload SET status = 'completed', ended_at = ?1, parts = ?2
            WHERE id = ?3 AND status = 'pending' AND expires_at > ?1
            """,
            now.toEpochMilli(),
            parts,
            upload.value());
    if (changed > 0) {
      FileTable.insert(sql, completed.file(), completed.content());
    }
    return find(sql, upload)
        .orElseThrow(() -> new StoreException("there is no upload " + upload, null));
  }

  static Optional<Upload> cancel(Sql sql, String project, UploadId id, Instant now)
      throws SQLException {
    sql.update(
        """
        UPDATE upload SET status = 'cancelled', ended_at = ?1
        WHERE id = ?2 AND project = ?3 AND status = 'pending' AND expires_at > ?1
        """,
        now.toEpochMilli(),
        id.value(),
        project);
    return find(sql, project, id);
  }

  /** Returns a number only because a transaction has to. */
  static int forget(Sql sql, List<UploadId> uploads) throws SQLException {
    for (UploadId upload : uploads) {
      sql.update(
          "DELETE FROM part WHERE upload = (SELECT sequence FROM upload WHERE id = ?)",
          upload.value());
      sql.update("DELETE FROM upload WHERE id = ?", upload.value());
    }
    return uploads.size();
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
