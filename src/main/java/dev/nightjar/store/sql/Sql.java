package dev.nightjar.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One connection with its prepared statements. Its owner's thread only. */
public final class Sql implements AutoCloseable {
  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  public Sql(Connection connection) {
    this.connection = connection;
  }

  /** Makes a value of a row. */
  public interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Rows changed. */
  public int update(String sql, @Nullable Object... arguments) throws SQLException {
    try {
      return bound(sql, arguments).executeUpdate();
    } catch (SQLException e) {
      throw drop(sql, e);
    }
  }

  /** Runs the statement once for each row of arguments. */
  public void updateAll(String sql, List<Object[]> rows) throws SQLException {
    PreparedStatement statement = statement(sql);
    for (Object[] row : rows) {
      bind(statement, row);
      statement.addBatch();
    }
    try {
      statement.executeBatch();
    } catch (SQLException e) {
      throw drop(sql, e);
    }
  }

  public <T> List<T> list(String sql, Row<T> reader, @Nullable Object... arguments)
      throws SQLException {
    try (ResultSet rows = bound(sql, arguments).executeQuery()) {
      var values = new ArrayList<T>();
      while (rows.next()) {
        values.add(reader.read(rows));
      }
      return values;
    } catch (SQLException e) {
      throw drop(sql, e);
    }
  }

  /** The driver ends a statement that fails, as on a full disk: it is prepared anew next time. */
  private SQLException drop(String sql, SQLException cause) {
    PreparedStatement failed = statements.remove(sql);
    try {
      if (failed != null) {
        failed.close();
      }
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
    return cause;
  }

  public <T> Optional<T> one(String sql, Row<T> reader, @Nullable Object... arguments)
      throws SQLException {
    return list(sql, reader, arguments).stream().findFirst();
  }

  /** Several statements, none with arguments. */
  public void script(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private PreparedStatement bound(String sql, @Nullable Object[] arguments) throws SQLException {
    PreparedStatement statement = statement(sql);
    bind(statement, arguments);
    return statement;
  }

  private PreparedStatement statement(String sql) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    return statement;
  }

  private static void bind(PreparedStatement statement, @Nullable Object[] arguments)
      throws SQLException {
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, arguments[i]);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
