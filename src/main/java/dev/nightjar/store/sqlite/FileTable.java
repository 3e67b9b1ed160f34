package dev.nightjar.store.sqlite;

import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.FileStore.FileQuery;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The statements on files. */
final class FileTable {
  private static final String VISIBLE =
      "deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?)";

  private static final int QUICK_FILES_MAX = 1_001;

  private FileTable() {}

  /** Repeated after an unknown outcome it changes nothing. */
  static int insert(Sql sql, StoredFile file, Manifest content) throws SQLException {
    Instant expiresAt = file.expiresAt();
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
        expiresAt == null ? null : expiresAt.toEpochMilli(),
        content.encode());
  }

  /** False if there is no room; a file that is there already needs none. */
  static boolean insert(Sql sql, StoredFile file, Manifest content, long storageBytesMax)
      throws SQLException {
    if (!Storage.hasRoom(sql, file.project(), file.bytes(), storageBytesMax)) {
      return place(sql, file.project(), file.id()).isPresent();
    }
    insert(sql, file, content);
    return true;
  }

  static Optional<StoredFile> find(Sql sql, String project, FileId id, Instant now)
      throws SQLException {
    return sql.one(
        "SELECT * FROM file WHERE id = ? AND project = ? AND " + VISIBLE,
        Rows::file,
        id.value(),
        project,
        now.toEpochMilli());
  }

  static Optional<StoredFile> place(Sql sql, String project, FileId id) throws SQLException {
    return sql.one(
        "SELECT * FROM file WHERE id = ? AND project = ?", Rows::file, id.value(), project);
  }

  /** Whether such a page is short, and found without looking at much else. */
  static boolean isQuick(FileQuery query) {
    return query.purpose() == null && query.limit() <= QUICK_FILES_MAX;
  }

  static List<StoredFile> page(Sql sql, FileQuery query) throws SQLException {
    String order = query.isAscending() ? "ASC" : "DESC";
    String next = query.isAscending() ? ">" : "<";
    StoredFile after = query.after();
    long outermost = query.isAscending() ? Long.MIN_VALUE : Long.MAX_VALUE;
    return sql.list(
        """
        SELECT * FROM file WHERE project = ?1 AND %s
          AND (?3 IS NULL OR purpose = ?3)
          AND (created_at, sequence) %s (?4, ?5)
        ORDER BY created_at %s, sequence %s LIMIT ?6
        """
            .formatted(VISIBLE.replace("?", "?2"), next, order, order),
        Rows::file,
        query.project(),
        query.now().toEpochMilli(),
        query.purpose(),
        after == null ? outermost : after.createdAt().toEpochMilli(),
        after == null ? outermost : after.sequence(),
        query.limit());
  }

  static boolean delete(Sql sql, String project, FileId id, Instant now) throws SQLException {
    return sql.update(
            "UPDATE file SET deleted_at = ?1 WHERE id = ?2 AND project = ?3 AND "
                + VISIBLE.replace("?", "?1"),
            now.toEpochMilli(),
            id.value(),
            project)
        > 0;
  }

  /** Returns a number only because a transaction has to. */
  static int forget(Sql sql, List<FileId> files) throws SQLException {
    for (FileId file : files) {
      sql.update("DELETE FROM file WHERE id = ?", file.value());
    }
    return files.size();
  }

  static Optional<Manifest> content(Sql sql, FileId id) throws SQLException {
    return sql.one(
        "SELECT content FROM file WHERE id = ?",
        row -> Manifest.decode(row.getBytes("content")),
        id.value());
  }
}
