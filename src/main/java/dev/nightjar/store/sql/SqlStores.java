package dev.nightjar.store.sql;

import dev.nightjar.store.NodeId;
import dev.nightjar.store.Stores;
import java.time.InstantSource;

/** The stores on any database. */
public final class SqlStores {
  private SqlStores() {}

  public static Stores on(
      Transactions database, Dialect dialect, NodeId node, InstantSource clock) {
    return new Stores(
        new SqlFileStore(database, dialect, clock),
        new SqlUploadStore(database, dialect, clock),
        new SqlBatchStore(database, dialect, clock),
        new SqlChunkStore(database, dialect, node, clock),
        new SqlKeyStore(database, clock),
        new SqlLedgerStore(database, clock),
        new SqlWebhookStore(database, dialect, clock),
        new SqlRetention(database, clock),
        database::close);
  }
}
