package dev.nightjar.store.sqlite;

import java.sql.SQLException;

/** How much of the disk a project's files and parts take, until their bytes are gone. */
final class Storage {
  private Storage() {}

  static long bytes(Sql sql, String project) throws SQLException {
    return sql.one("SELECT bytes FROM storage WHERE project = ?", row -> row.getLong(1), project)
        .orElse(0L);
  }

  static boolean hasRoom(Sql sql, String project, long more, long bytesMax) throws SQLException {
    return bytesMax == Long.MAX_VALUE || more <= bytesMax - bytes(sql, project);
  }
}
