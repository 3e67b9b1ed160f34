package dev.nightjar.testing;

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
import dev.nightjar.store.KeyId;
import dev.nightjar.store.MetaStore;
import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookEndpoint;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A store that does what another does, but for what a test changes. */
public interface ForwardingMetaStore extends MetaStore {
  MetaStore inner();

  /** Runs each transaction that writes. */
  default <T> T transaction(String name, Supplier<T> work) {
    return work.get();
  }

  @Override
  default boolean insertFile(StoredFile file, Manifest content, long storageBytesMax) {
    return transaction("insert file", () -> inner().insertFile(file, content, storageBytesMax));
  }

  @Override
  default long storedBytes(String project) {
    return inner().storedBytes(project);
  }

  @Override
  default Optional<StoredFile> file(String project, FileId id, Instant now) {
    return inner().file(project, id, now);
  }

  @Override
  default List<StoredFile> files(FileQuery query) {
    return inner().files(query);
  }

  @Override
  default boolean deleteFile(String project, FileId id, Instant now) {
    return transaction("delete file", () -> inner().deleteFile(project, id, now));
  }

  @Override
  default Optional<Manifest> content(FileId id) {
    return inner().content(id);
  }

  @Override
  default Created createBatch(NewBatch batch) {
    return transaction("create batch", () -> inner().createBatch(batch));
  }

  @Override
  default Optional<Created> createdBefore(String project, Origin origin) {
    return inner().createdBefore(project, origin);
  }

  @Override
  default Optional<Batch> batch(String project, BatchId id) {
    return inner().batch(project, id);
  }

  @Override
  default Optional<Batch> batch(long sequence) {
    return inner().batch(sequence);
  }

  @Override
  default List<Batch> batches(BatchQuery query) {
    return inner().batches(query);
  }

  @Override
  default List<Batch> unfinished() {
    return inner().unfinished();
  }

  @Override
  default Begun begin(long batch, ValidInput validated, BeginTerms beginTerms, Instant now) {
    return transaction("begin", () -> inner().begin(batch, validated, beginTerms, now));
  }

  @Override
  default List<LedgerEntry> ledger(@Nullable String project, LocalDate from, LocalDate to) {
    return inner().ledger(project, from, to);
  }

  @Override
  default Learned learned(@Nullable String model, LocalDate from) {
    return inner().learned(model, from);
  }

  @Override
  default List<Enqueued> enqueued(String project) {
    return inner().enqueued(project);
  }

  @Override
  default Batch fail(long batch, List<BatchError> errors, Instant now) {
    return transaction("fail", () -> inner().fail(batch, errors, now));
  }

  @Override
  default List<BatchError> errors(long batch) {
    return inner().errors(batch);
  }

  @Override
  default Optional<Batch> cancel(String project, BatchId id, Instant now) {
    return transaction("cancel", () -> inner().cancel(project, id, now));
  }

  @Override
  default Batch expire(long batch, Instant now) {
    return transaction("expire", () -> inner().expire(batch, now));
  }

  @Override
  default Map<BatchStatus, Long> unfinishedCounts() {
    return inner().unfinishedCounts();
  }

  @Override
  default List<Manifest.Piece> sealedObjects(long batch) {
    return inner().sealedObjects(batch);
  }

  @Override
  default Batch finish(long batch, FinishedFiles files, Instant now) {
    return transaction("finish", () -> inner().finish(batch, files, now));
  }

  @Override
  default void releaseChunks() {
    transaction(
        "release chunks",
        () -> {
          inner().releaseChunks();
          return "";
        });
  }

  @Override
  default void releaseChunks(long batch, int after) {
    transaction(
        "release chunks of a batch",
        () -> {
          inner().releaseChunks(batch, after);
          return "";
        });
  }

  @Override
  default List<Chunk> claim(long batch, int max) {
    return transaction("claim", () -> inner().claim(batch, max));
  }

  @Override
  default List<ChunkId> unsealed() {
    return inner().unsealed();
  }

  @Override
  default SealOutcome seal(Seal seal, Instant now) {
    return transaction("seal", () -> inner().seal(seal, now));
  }

  @Override
  default Optional<StoredFile> placeOf(String project, FileId id) {
    return inner().placeOf(project, id);
  }

  @Override
  default boolean createUpload(Upload upload, int openMax) {
    return transaction("create upload", () -> inner().createUpload(upload, openMax));
  }

  @Override
  default Optional<Upload> upload(String project, UploadId id) {
    return inner().upload(project, id);
  }

  @Override
  default PartOutcome addPart(UploadPart part, PartLimits limits, Instant now) {
    return transaction("add part", () -> inner().addPart(part, limits, now));
  }

  @Override
  default List<UploadPart> parts(UploadId upload) {
    return inner().parts(upload);
  }

  @Override
  default Upload completeUpload(UploadId upload, CompletedUpload completed, Instant now) {
    return transaction("complete upload", () -> inner().completeUpload(upload, completed, now));
  }

  @Override
  default Optional<Upload> cancelUpload(String project, UploadId id, Instant now) {
    return transaction("cancel upload", () -> inner().cancelUpload(project, id, now));
  }

  @Override
  default boolean createWebhookEndpoint(WebhookEndpoint endpoint, int endpointsMax) {
    return transaction(
        "create endpoint", () -> inner().createWebhookEndpoint(endpoint, endpointsMax));
  }

  @Override
  default Optional<WebhookEndpoint> webhookEndpoint(String project, String id) {
    return inner().webhookEndpoint(project, id);
  }

  @Override
  default List<WebhookEndpoint> webhookEndpoints(String project) {
    return inner().webhookEndpoints(project);
  }

  @Override
  default Optional<WebhookEndpoint> changeWebhookEndpoint(
      String project, String id, UnaryOperator<WebhookEndpoint> change) {
    return transaction("change endpoint", () -> inner().changeWebhookEndpoint(project, id, change));
  }

  @Override
  default boolean deleteWebhookEndpoint(String project, String id, Instant now) {
    return transaction("delete endpoint", () -> inner().deleteWebhookEndpoint(project, id, now));
  }

  @Override
  default Optional<WebhookDelivery> webhookDelivery(String project, String id) {
    return inner().webhookDelivery(project, id);
  }

  @Override
  default List<WebhookDelivery> webhookDeliveries(
      WebhookEndpoint endpoint, @Nullable WebhookDelivery after, int limit) {
    return inner().webhookDeliveries(endpoint, after, limit);
  }

  @Override
  default Optional<WebhookDelivery> replayWebhookDelivery(String project, String id, Instant now) {
    return transaction("replay delivery", () -> inner().replayWebhookDelivery(project, id, now));
  }

  @Override
  default List<Due> dueWebhookDeliveries(Instant now, int perEndpoint, int perProject) {
    return inner().dueWebhookDeliveries(now, perEndpoint, perProject);
  }

  @Override
  default Optional<DueDelivery> dueWebhookDelivery(Due due, Instant now) {
    return inner().dueWebhookDelivery(due, now);
  }

  @Override
  default void hastenWebhookDeliveries(Instant now) {
    var _ =
        transaction(
            "hasten deliveries",
            () -> {
              inner().hastenWebhookDeliveries(now);
              return 0;
            });
  }

  @Override
  default Optional<Instant> nextWebhookDelivery(Instant now) {
    return inner().nextWebhookDelivery(now);
  }

  @Override
  default void triedWebhookDelivery(Try ended) {
    transaction(
        "tried delivery",
        () -> {
          inner().triedWebhookDelivery(ended);
          return ended;
        });
  }

  @Override
  default int forgetWebhookDeliveries(Instant endedBy, int max) {
    return transaction("forget deliveries", () -> inner().forgetWebhookDeliveries(endedBy, max));
  }

  @Override
  default void createKey(ApiKey key, byte[] hash) {
    transaction(
        "create key",
        () -> {
          inner().createKey(key, hash);
          return key;
        });
  }

  @Override
  default Optional<ApiKey> key(byte[] hash) {
    return inner().key(hash);
  }

  @Override
  default List<ApiKey> keys() {
    return inner().keys();
  }

  @Override
  default boolean hasKeys() {
    return inner().hasKeys();
  }

  @Override
  default Optional<ApiKey> revokeKey(KeyId id, Instant now) {
    return transaction("revoke key", () -> inner().revokeKey(id, now));
  }

  @Override
  default boolean hasProject(String name) {
    return inner().hasProject(name);
  }

  @Override
  default List<FileId> goneFiles(Instant goneBy, int max) {
    return inner().goneFiles(goneBy, max);
  }

  @Override
  default Optional<Instant> latest() {
    return inner().latest();
  }

  @Override
  default void forgetFiles(List<FileId> files) {
    transaction(
        "forget file",
        () -> {
          inner().forgetFiles(files);
          return files;
        });
  }

  @Override
  default List<EndedUpload> endedUploads(Instant endedBy, int max) {
    return inner().endedUploads(endedBy, max);
  }

  @Override
  default void forgetUploads(List<UploadId> uploads) {
    transaction(
        "forget upload",
        () -> {
          inner().forgetUploads(uploads);
          return uploads;
        });
  }

  @Override
  default Set<String> needed(Collection<String> keys) {
    return inner().needed(keys);
  }

  @Override
  default void close() {
    inner().close();
  }
}
