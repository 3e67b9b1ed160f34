package dev.nightjar.store;

/**
 * What exists, by subject: rows of one database, as one node sees and changes them, stamped by the
 * clock that they were opened with. Each method of each of them is one transaction, durable on
 * return, and may be repeated after an unknown outcome. Any thread may call them and waits for a
 * result. A broken database throws {@link StoreException}.
 *
 * @param database what closing this closes
 */
public record Stores(
    FileStore files,
    UploadStore uploads,
    BatchStore batches,
    ChunkStore chunks,
    KeyStore keys,
    LedgerStore ledger,
    WebhookStore webhooks,
    Retention retention,
    Runnable database)
    implements AutoCloseable {

  @Override
  public void close() {
    database.run();
  }
}
