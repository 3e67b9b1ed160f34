package dev.nightjar.store.sql;

import dev.nightjar.store.ApiKey;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.store.KeyId;
import dev.nightjar.store.KeyStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statements on API keys and projects. */
final class SqlKeyStore implements KeyStore {
  private static final String SEPARATOR = " ";

  private final Transactions database;
  private final InstantSource clock;

  SqlKeyStore(Transactions database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Repeated after an unknown outcome it changes nothing. */
  @Override
  public ApiKey createKey(NewKey key, byte[] hash) {
    return database.inWrite(sql -> {
      sql.update(
          "INSERT INTO project (id, created_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
          key.project(),
          clock.millis());
      sql.update(
          """
          INSERT INTO api_key (id, project, name, hash, scopes, requests_per_minute, created_at)
          VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
          """,
          key.id().value(),
          key.project(),
          key.name(),
          hash,
          key.scopes().stream()
              .sorted()
              .map(SqlKeyStore::text)
              .collect(Collectors.joining(SEPARATOR)),
          key.requestsPerMinute(),
          clock.millis());
      return find(sql, key.id()).orElseThrow();
    });
  }

  private static Optional<ApiKey> find(Sql sql, KeyId id) throws SQLException {
    return sql.one("SELECT * FROM api_key WHERE id = ?", SqlKeyStore::key, id.value());
  }

  @Override
  public Optional<ApiKey> key(byte[] hash) {
    return database.inRead(
        sql -> sql.one("SELECT * FROM api_key WHERE hash = ?", SqlKeyStore::key, hash));
  }

  @Override
  public List<ApiKey> keys() {
    return database.inRead(
        sql -> sql.list("SELECT * FROM api_key ORDER BY sequence", SqlKeyStore::key));
  }

  @Override
  public boolean hasKeys() {
    return database.inRead(
        sql -> sql.one("SELECT 1 FROM api_key LIMIT 1", row -> row.getInt(1)).isPresent());
  }

  @Override
  public Optional<ApiKey> revokeKey(KeyId id) {
    return database.inWrite(sql -> {
      sql.update(
          "UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
          clock.millis(),
          id.value());
      return find(sql, id);
    });
  }

  @Override
  public boolean hasProject(String name) {
    return database.inRead(sql ->
        sql.one("SELECT 1 FROM project WHERE id = ?", row -> row.getInt(1), name).isPresent());
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
