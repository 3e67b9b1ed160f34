package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.file.PartId;
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadPart;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectKeys.Owner;
import dev.nightjar.store.Retention.EndedUpload;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The statements that find what is not needed any more. They are not one transaction, so each looks
 * first at what is there first: an upload before its file, a batch before its files.
 */
final class RetentionQueries {
  private RetentionQueries() {}

  static List<FileId> goneFiles(Sql sql, Instant goneBy, int max) throws SQLException {
    return sql.list(
        """
        SELECT id FROM file WHERE (deleted_at <= ?1 OR expires_at <= ?1) AND id NOT IN (
          SELECT input_file_id FROM batch
          WHERE status IN ('validating', 'in_progress', 'finalizing', 'cancelling'))
        LIMIT ?2
        """,
        row -> new FileId(row.getString(1)),
        goneBy.toEpochMilli(),
        max);
  }

  static Optional<Instant> latest(Sql sql) throws SQLException {
    return sql.one(
            """
            SELECT max(at) AS at FROM (
              SELECT max(max(created_at, coalesce(deleted_at, 0))) AS at FROM file
              UNION ALL
              SELECT max(max(created_at, coalesce(ended_at, 0))) FROM upload
              UNION ALL
              SELECT max(max(created_at, coalesce(completed_at, failed_at, expired_at, cancelled_at, 0)))
              FROM batch)
            """,
            row -> row.getLong("at"))
        .filter(millis -> millis > 0)
        .map(Instant::ofEpochMilli);
  }

  static List<EndedUpload> endedUploads(Sql sql, Instant endedBy, int max) throws SQLException {
    List<Upload> uploads =
        sql.list(
            """
            SELECT * FROM upload
            WHERE ended_at <= ?1 OR (status = 'pending' AND expires_at <= ?1) LIMIT ?2
            """,
            UploadTable::upload,
            endedBy.toEpochMilli(),
            max);
    var ended = new ArrayList<EndedUpload>();
    for (Upload upload : uploads) {
      var used = new HashSet<PartId>(upload.parts());
      List<PartId> unused =
          UploadTable.parts(sql, upload.id()).stream()
              .map(UploadPart::id)
              .filter(part -> !used.contains(part))
              .toList();
      ended.add(new EndedUpload(upload.id(), upload.file(), unused));
    }
    return ended;
  }

  static Set<String> needed(Sql sql, Collection<String> keys) throws SQLException {
    Map<Owner, List<String>> byOwner = new HashMap<>();
    var needed = new HashSet<String>();
    for (String key : keys) {
      Optional<Owner> owner = ObjectKeys.owner(key);
      if (owner.isPresent()) {
        byOwner.computeIfAbsent(owner.get(), _ -> new ArrayList<>()).add(key);
      } else {
        needed.add(key);
      }
    }
    for (Map.Entry<Owner, List<String>> group : byOwner.entrySet()) {
      Set<String> named =
          switch (group.getKey()) {
            case Owner.OfFile(FileId file) -> ofFile(sql, file, group.getValue());
            case Owner.OfBatch(BatchId batch) -> ofBatch(sql, batch, group.getValue());
          };
      group.getValue().stream().filter(named::contains).forEach(needed::add);
    }
    return needed;
  }

  private static Set<String> ofFile(Sql sql, FileId file, List<String> keys) throws SQLException {
    boolean isOfUpload =
        sql.one("SELECT 1 FROM upload WHERE file_id = ?", row -> row.getInt(1), file.value())
            .isPresent();
    return isOfUpload ? new HashSet<>(keys) : named(sql, file);
  }

  private static Set<String> ofBatch(Sql sql, BatchId id, List<String> keys) throws SQLException {
    Optional<Batch> found = sql.one("SELECT * FROM batch WHERE id = ?", Rows::batch, id.value());
    if (found.isEmpty()) {
      return Set.of();
    }
    Batch batch = found.get();
    if (!batch.status().isTerminal()) {
      return new HashSet<>(keys);
    }
    Set<String> named = named(sql, batch.outputFileId());
    named.addAll(named(sql, batch.errorFileId()));
    return named;
  }

  private static Set<String> named(Sql sql, @Nullable FileId file) throws SQLException {
    var keys = new HashSet<String>();
    if (file != null) {
      FileTable.content(sql, file)
          .ifPresent(content -> content.pieces().stream().map(Piece::key).forEach(keys::add));
    }
    return keys;
  }
}
