package dev.nightjar.store.sql;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.file.PartId;
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadId;
import dev.nightjar.file.UploadPart;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectKeys.Owner;
import dev.nightjar.store.Retention;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
public final class SqlRetention implements Retention {
  private final Transactions database;
  private final InstantSource clock;

  SqlRetention(Transactions database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public List<FileId> goneFiles(Duration ago, int max) {
    return database.inScan(sql ->
        sql.list(
            """
            SELECT id FROM file WHERE (deleted_at <= ?1 OR expires_at <= ?1)
              AND id NOT IN (SELECT input_file_id FROM batch WHERE %s)
            LIMIT ?2
            """
                .formatted(Rows.UNFINISHED),
            row -> new FileId(row.getString(1)),
            clock.instant().minus(ago).toEpochMilli(),
            max));
  }

  @Override
  public Optional<Instant> latest() {
    return database.inScan(SqlRetention::latest);
  }

  public static Optional<Instant> latest(Sql sql) throws SQLException {
    return sql.one(
            """
            SELECT max(at) AS at FROM (
              SELECT max(created_at) AS at FROM file UNION ALL SELECT max(deleted_at) FROM file
              UNION ALL
              SELECT max(created_at) FROM upload UNION ALL SELECT max(ended_at) FROM upload
              UNION ALL
              SELECT max(created_at) FROM batch
              UNION ALL
              SELECT max(coalesce(completed_at, failed_at, expired_at, cancelled_at)) FROM batch
            ) AS moments
            """,
            row -> row.getLong("at"))
        .filter(millis -> millis > 0)
        .map(Instant::ofEpochMilli);
  }

  @Override
  public void forgetFiles(List<FileId> files) {
    database.inWrite(sql -> {
      for (FileId file : files) {
        sql.update("DELETE FROM file WHERE id = ?", file.value());
      }
      return files.size();
    });
  }

  @Override
  public List<EndedUpload> endedUploads(Duration ago, int max) {
    return database.inScan(sql -> endedUploads(sql, clock.instant().minus(ago), max));
  }

  private static List<EndedUpload> endedUploads(Sql sql, Instant endedBy, int max)
      throws SQLException {
    List<Upload> uploads =
        sql.list(
            """
            SELECT * FROM upload
            WHERE ended_at <= ?1 OR (status = 'pending' AND expires_at <= ?1) LIMIT ?2
            """,
            row -> SqlUploadStore.upload(row, endedBy),
            endedBy.toEpochMilli(),
            max);
    var ended = new ArrayList<EndedUpload>();
    for (Upload upload : uploads) {
      var used = new HashSet<PartId>(upload.parts());
      List<PartId> unused =
          SqlUploadStore.parts(sql, upload.id()).stream()
              .map(UploadPart::id)
              .filter(part -> !used.contains(part))
              .toList();
      ended.add(new EndedUpload(upload.id(), upload.file(), unused));
    }
    return ended;
  }

  @Override
  public void forgetUploads(List<UploadId> uploads) {
    database.inWrite(sql -> {
      for (UploadId upload : uploads) {
        sql.update(
            "DELETE FROM part WHERE upload = (SELECT sequence FROM upload WHERE id = ?)",
            upload.value());
        sql.update("DELETE FROM upload WHERE id = ?", upload.value());
      }
      return uploads.size();
    });
  }

  // ---- what is needed

  @Override
  public Set<String> needed(Collection<String> keys) {
    return database.inScan(sql -> needed(sql, keys));
  }

  private static Set<String> needed(Sql sql, Collection<String> keys) throws SQLException {
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
      SqlFileStore.content(sql, file)
          .ifPresent(content -> content.pieces().stream().map(Piece::key).forEach(keys::add));
    }
    return keys;
  }
}
