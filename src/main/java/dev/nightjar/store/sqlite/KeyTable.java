package dev.nightjar.store.sqlite;

import dev.nightjar.store.ApiKey;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.store.KeyId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statements on API keys and projects. */
final class KeyTable {
  private static final String SEPARATOR = " ";

  private KeyTable() {}

  /** Repeated after an unknown outcome it changes nothing. */
  static int create(Sql sql, ApiKey key, byte[] hash) throws SQLException {
    sql.update(
        "INSERT INTO project (id, created_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
        key.project(),
        key.createdAt().toEpochMilli());
    Instant revokedAt = key.revokedAt();
    return sql.update(
        """
        INSERT INTO api_key
          (id, project, name, hash, scopes, requests_per_minute, created_at, revoked_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """,
        key.id().value(),
        key.project(),
        key.name(),
        hash,
        key.scopes().stream().sorted().map(KeyTable::text).collect(Collectors.joining(SEPARATOR)),
        key.requestsPerMinute(),
        key.createdAt().toEpochMilli(),
        revokedAt == null ? null : revokedAt.toEpochMilli());
  }

  static Optional<ApiKey> find(Sql sql, byte[] hash) throws SQLException {
    return sql.one("SELECT * FROM api_key WHERE hash = ?", KeyTable::key, hash);
  }

  static List<ApiKey> all(Sql sql) throws SQLException {
    return sql.list("SELECT * FROM api_key ORDER BY sequence", KeyTable::key);
  }

  static boolean hasAny(Sql sql) throws SQLException {
    return sql.one("SELECT 1 FROM api_key LIMIT 1", row -> row.getInt(1)).isPresent();
  }

  static Optional<ApiKey> revoke(Sql sql, KeyId id, Instant now) throws SQLException {
    sql.update(
        "UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
        now.toEpochMilli(),
        id.value());
    return sql.one("SELECT * FROM api_key WHERE id = ?", KeyTable::key, id.value());
  }

  static boolean hasProject(Sql sql, String name) throws SQLException {
    return sql.one("SELECT 1 FROM project WHERE id = ?", row -> row.getInt(1), name).isPresent();
  }

  private static ApiKey key(ResultSet row) throws SQLException {
    Long perMinute = Rows.number(row, "requests_per_minute");
    return new ApiKey(
        new KeyId(row.getString("id")),
        row.getString("project"),
        row.getString("name"),
        Stream.of(row.getString("scopes").split(SEPARATOR))
            .map(scope -> Scope.valueOf(scope.toUpperCase(Locale.ROOT)))
            .collect(Collectors.toSet()),
        perMinute == null ? null : Math.toIntExact(perMinute),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Rows.instant(row, "revoked_at"));
  }

  private static String text(Scope scope) {
    return scope.name().toLowerCase(Locale.ROOT);
  }
}
