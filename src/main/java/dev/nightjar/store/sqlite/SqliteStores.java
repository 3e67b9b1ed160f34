package dev.nightjar.store.sqlite;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadId;
import dev.nightjar.file.UploadPart;
import dev.nightjar.store.ApiKey;
import dev.nightjar.store.BatchStore;
import dev.nightjar.store.ChunkStore;
import dev.nightjar.store.FileStore;
import dev.nightjar.store.KeyId;
import dev.nightjar.store.KeyStore;
import dev.nightjar.store.LedgerStore;
import dev.nightjar.store.Retention;
import dev.nightjar.store.Stores;
import dev.nightjar.store.UploadStore;
import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookEndpoint;
import dev.nightjar.store.WebhookStore;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The stores on one SQLite file, in WAL mode with {@code synchronous=FULL}. If the process dies,
 * what had returned is there, and what had not is there as a whole or not at all.
 */
public final class SqliteStores
    implements FileStore,
        UploadStore,
        BatchStore,
        ChunkStore,
        KeyStore,
        LedgerStore,
        WebhookStore,
        Retention {
  private final Database database;

  public SqliteStores(Path file) {
    this.database = new Database(file);
  }

  public static Stores open(Path file) {
    return new SqliteStores(file).stores();
  }

  public Stores stores() {
    return new Stores(this, this, this, this, this, this, this, this, database::close);
  }

  // ---- files

  @Override
  public boolean insertFile(StoredFile file, Manifest content, long storageBytesMax) {
    return database.inWrite(sql -> FileTable.insert(sql, file, content, storageBytesMax));
  }

  @Override
  public long storedBytes(String project) {
    return database.inRead(sql -> Storage.bytes(sql, project));
  }

  @Override
  public Optional<StoredFile> file(String project, FileId id, Instant now) {
    return database.inRead(sql -> FileTable.find(sql, project, id, now));
  }

  @Override
  public Optional<StoredFile> placeOf(String project, FileId id) {
    return database.inRead(sql -> FileTable.place(sql, project, id));
  }

  @Override
  public List<StoredFile> files(FileQuery query) {
    Database.Work<List<StoredFile>> page = sql -> FileTable.page(sql, query);
    return FileTable.isQuick(query) ? database.inRead(page) : database.inScan(page);
  }

  @Override
  public boolean deleteFile(String project, FileId id, Instant now) {
    return database.inWrite(sql -> FileTable.delete(sql, project, id, now));
  }

  @Override
  public Optional<Manifest> content(FileId id) {
    return database.inRead(sql -> FileTable.content(sql, id));
  }

  // ---- uploads

  @Override
  public boolean createUpload(Upload upload, int openMax) {
    return database.inWrite(sql -> UploadTable.create(sql, upload, openMax));
  }

  @Override
  public Optional<Upload> upload(String project, UploadId id) {
    return database.inRead(sql -> UploadTable.find(sql, project, id));
  }

  @Override
  public PartOutcome addPart(UploadPart part, PartLimits limits, Instant now) {
    return database.inWrite(sql -> UploadTable.addPart(sql, part, limits, now));
  }

  @Override
  public List<UploadPart> parts(UploadId upload) {
    return database.inRead(sql -> UploadTable.parts(sql, upload));
  }

  @Override
  public Upload completeUpload(UploadId upload, CompletedUpload completed, Instant now) {
    return database.inWrite(sql -> UploadTable.complete(sql, upload, completed, now));
  }

  @Override
  public Optional<Upload> cancelUpload(String project, UploadId id, Instant now) {
    return database.inWrite(sql -> UploadTable.cancel(sql, project, id, now));
  }

  // ---- webhooks

  @Override
  public boolean createWebhookEndpoint(WebhookEndpoint endpoint, int endpointsMax) {
    return database.inWrite(sql -> WebhookTable.create(sql, endpoint, endpointsMax));
  }

  @Override
  public Optional<WebhookEndpoint> webhookEndpoint(String project, String id) {
    return database.inRead(sql -> WebhookTable.endpoint(sql, project, id));
  }

  @Override
  public List<WebhookEndpoint> webhookEndpoints(String project) {
    return database.inRead(sql -> WebhookTable.endpoints(sql, project));
  }

  @Override
  public Optional<WebhookEndpoint> changeWebhookEndpoint(
      String project, String id, UnaryOperator<WebhookEndpoint> change) {
    return database.inWrite(sql -> WebhookTable.change(sql, project, id, change));
  }

  @Override
  public boolean deleteWebhookEndpoint(String project, String id, Instant now) {
    return database.inWrite(sql -> WebhookTable.delete(sql, project, id, now));
  }

  @Override
  public Optional<WebhookDelivery> webhookDelivery(String project, String id) {
    return database.inRead(sql -> WebhookTable.delivery(sql, project, id));
  }

  @Override
  public List<WebhookDelivery> webhookDeliveries(
      WebhookEndpoint endpoint, @Nullable WebhookDelivery after, int limit) {
    return database.inRead(sql -> WebhookTable.deliveries(sql, endpoint, after, limit));
  }

  @Override
  public Optional<WebhookDelivery> replayWebhookDelivery(String project, String id, Instant now) {
    return database.inWrite(sql -> WebhookTable.replay(sql, project, id, now));
  }

  @Override
  public List<Due> dueWebhookDeliveries(Instant now, int perEndpoint, int perProject) {
    return database.inRead(sql -> WebhookTable.due(sql, now, perEndpoint, perProject));
  }

  @Override
  public Optional<DueDelivery> dueWebhookDelivery(Due due, Instant now) {
    return database.inRead(sql -> WebhookTable.due(sql, due, now));
  }

  @Override
  public void hastenWebhookDeliveries(Instant now) {
    var _ = database.inWrite(sql -> WebhookTable.hasten(sql, now));
  }

  @Override
  public Optional<Instant> nextWebhookDelivery(Instant now) {
    return database.inRead(sql -> WebhookTable.next(sql, now));
  }

  @Override
  public void triedWebhookDelivery(Try ended) {
    database.inWrite(sql -> WebhookTable.tried(sql, ended));
  }

  @Override
  public int forgetWebhookDeliveries(Instant endedBy, int max) {
    return database.inWrite(sql -> WebhookTable.forget(sql, endedBy, max));
  }

  // ---- ledger

  @Override
  public List<LedgerEntry> ledger(@Nullable String project, LocalDate from, LocalDate to) {
    return database.inScan(sql -> LedgerTable.entries(sql, project, from, to));
  }

  @Override
  public Learned learned(@Nullable String model, LocalDate from) {
    return database.inScan(sql -> LedgerTable.learned(sql, model, from));
  }

  @Override
  public List<Enqueued> enqueued(String project) {
    return database.inRead(sql -> LedgerTable.enqueued(sql, project));
  }

  // ---- keys

  @Override
  public void createKey(ApiKey key, byte[] hash) {
    database.inWrite(sql -> KeyTable.create(sql, key, hash));
  }

  @Override
  public Optional<ApiKey> key(byte[] hash) {
    return database.inRead(sql -> KeyTable.find(sql, hash));
  }

  @Override
  public List<ApiKey> keys() {
    return database.inRead(KeyTable::all);
  }

  @Override
  public boolean hasKeys() {
    return database.inRead(KeyTable::hasAny);
  }

  @Override
  public Optional<ApiKey> revokeKey(KeyId id, Instant now) {
    return database.inWrite(sql -> KeyTable.revoke(sql, id, now));
  }

  @Override
  public boolean hasProject(String name) {
    return database.inRead(sql -> KeyTable.hasProject(sql, name));
  }

  // ---- retention

  @Override
  public List<FileId> goneFiles(Instant goneBy, int max) {
    return database.inScan(sql -> RetentionQueries.goneFiles(sql, goneBy, max));
  }

  @Override
  public Optional<Instant> latest() {
    return database.inScan(RetentionQueries::latest);
  }

  @Override
  public void forgetFiles(List<FileId> files) {
    database.inWrite(sql -> FileTable.forget(sql, files));
  }

  @Override
  public List<EndedUpload> endedUploads(Instant endedBy, int max) {
    return database.inScan(sql -> RetentionQueries.endedUploads(sql, endedBy, max));
  }

  @Override
  public void forgetUploads(List<UploadId> uploads) {
    database.inWrite(sql -> UploadTable.forget(sql, uploads));
  }

  @Override
  public Set<String> needed(Collection<String> keys) {
    return database.inScan(sql -> RetentionQueries.needed(sql, keys));
  }

  // ---- batches

  @Override
  public Created createBatch(NewBatch batch) {
    return database.inWrite(sql -> BatchTransitions.create(sql, batch));
  }

  @Override
  public Optional<Created> createdBefore(String project, Origin origin) {
    return database.inRead(sql -> BatchTransitions.known(sql, project, origin));
  }

  @Override
  public Optional<Batch> batch(String project, BatchId id) {
    return database.inRead(sql ->
        sql.one(
            "SELECT * FROM batch WHERE id = ? AND project = ?", Rows::batch, id.value(), project));
  }

  @Override
  public Optional<Batch> batch(long sequence) {
    return database.inRead(
        sql -> sql.one("SELECT * FROM batch WHERE sequence = ?", Rows::batch, sequence));
  }

  @Override
  public List<Batch> batches(BatchQuery query) {
    Database.Work<List<Batch>> page = sql -> new BatchList(sql, query).page();
    return BatchList.isQuick(query) ? database.inRead(page) : database.inScan(page);
  }

  @Override
  public Map<BatchStatus, Long> unfinishedCounts() {
    return database.inScan(UnfinishedBatches::counts);
  }

  @Override
  public List<Batch> unfinished() {
    return database.inRead(UnfinishedBatches::all);
  }

  @Override
  public Begun begin(long batch, ValidInput validated, BeginTerms beginTerms, Instant now) {
    return database.inWrite(sql -> BatchTransitions.begin(sql, batch, validated, beginTerms, now));
  }

  @Override
  public Batch fail(long batch, List<BatchError> errors, Instant now) {
    return database.inWrite(sql -> BatchTransitions.fail(sql, batch, errors, now));
  }

  @Override
  public List<BatchError> errors(long batch) {
    return database.inRead(sql -> BatchTransitions.errors(sql, batch));
  }

  @Override
  public Optional<Batch> cancel(String project, BatchId id, Instant now) {
    return database.inWrite(sql -> BatchTransitions.cancel(sql, project, id, now));
  }

  @Override
  public Batch expire(long batch, Instant now) {
    return database.inWrite(sql -> BatchTransitions.expire(sql, batch, now));
  }

  @Override
  public List<Manifest.Piece> sealedObjects(long batch) {
    return database.inRead(sql -> Finish.objects(sql, batch));
  }

  @Override
  public Batch finish(long batch, FinishedFiles files, Instant now) {
    return database.inWrite(sql -> new Finish(sql, files, now).run(batch));
  }

  // ---- chunks

  @Override
  public void releaseChunks() {
    database.inWrite(ChunkTable::release);
  }

  @Override
  public void releaseChunks(long batch, int after) {
    database.inWrite(sql -> ChunkTable.release(sql, batch, after));
  }

  @Override
  public List<Chunk> claim(long batch, int max) {
    return database.inWrite(sql -> ChunkTable.claim(sql, batch, max));
  }

  @Override
  public List<ChunkId> unsealed() {
    return database.inRead(ChunkTable::unsealed);
  }

  @Override
  public SealOutcome seal(Seal seal, Instant now) {
    return database.inWrite(sql -> Sealing.seal(sql, seal, now));
  }

  /** What SQLite has called damaged since the start; empty for nothing. */
  public Optional<String> damage() {
    return database.damage();
  }
}
