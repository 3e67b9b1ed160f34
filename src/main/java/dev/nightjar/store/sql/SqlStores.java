package dev.nightjar.store.sql;

import dev.nightjar.store.Stores;

/** The stores on any database. */
public final class SqlStores {
  private SqlStores() {}

  public static Stores on(Transactions database, Dialect dialect) {
    return new Stores(
        new SqlFileStore(database, dialect),
        new SqlUploadStore(database, dialect),
        new SqlBatchStore(database, dialect),
        new SqlChunkStore(database, dialect),
        new SqlKeyStore(database),
        new SqlLedgerStore(database),
        new SqlWebhookStore(database, dialect),
        new SqlRetention(database),
        database::close);
  }
}
