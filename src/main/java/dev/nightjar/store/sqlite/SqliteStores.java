package dev.nightjar.store.sqlite;

import dev.nightjar.store.Stores;
import dev.nightjar.store.sql.SqlStores;
import java.nio.file.Path;

/**
 * The stores on one SQLite file, in WAL mode with {@code synchronous=FULL}. If the process dies,
 * what had returned is there, and what had not is there as a whole or not at all.
 */
public final class SqliteStores {
  private SqliteStores() {}

  public static Stores open(Path file) {
    return on(new Database(file));
  }

  public static Stores on(Database database) {
    return SqlStores.on(database, new SqliteDialect());
  }
}
