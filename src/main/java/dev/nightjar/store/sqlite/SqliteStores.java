package dev.nightjar.store.sqlite;

import dev.nightjar.store.NodeId;
import dev.nightjar.store.Stores;
import dev.nightjar.store.sql.SqlStores;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * The stores on one SQLite file, in WAL mode with {@code synchronous=FULL}. If the process dies,
 * what had returned is there, and what had not is there as a whole or not at all.
 */
public final class SqliteStores {
  private SqliteStores() {}

  public static Stores open(Path file, NodeId node, InstantSource clock) {
    return on(new Database(file), node, clock);
  }

  public static Stores on(Database database, NodeId node, InstantSource clock) {
    return SqlStores.on(database, new SqliteDialect(), node, clock);
  }
}
