package dev.nightjar.store.sqlite;

import java.sql.SQLException;
import java.time.Instant;

/** How much a project stores: its files, and the parts of what is being uploaded. */
final class Storage {
  private Storage() {}

  /** Of the expired files only those count here that the sweep has not taken yet: they are few. */
  static long bytes(Sql sql, String project, Instant now) throws SQLException {
    return sql.one(
            """
            SELECT
              (SELECT coalesce(sum(bytes), 0) FROM file WHERE project = ?1 AND deleted_at IS NULL)
              - (SELECT coalesce(sum(bytes), 0) FROM file INDEXED BY file_expiring
                 WHERE expires_at <= ?2 AND project = ?1 AND deleted_at IS NULL)
              + (SELECT coalesce(sum(part.bytes), 0)
                 FROM upload JOIN part ON part.upload = upload.sequence
                 WHERE project = ?1 AND status = 'pending' AND expires_at > ?2)
            """,
            row -> row.getLong(1),
            project,
            now.toEpochMilli())
        .orElseThrow();
  }

  static boolean hasRoom(Sql sql, String project, long more, long bytesMax, Instant now)
      throws SQLException {
    return bytesMax == Long.MAX_VALUE || more <= bytesMax - bytes(sql, project, now);
  }
}
