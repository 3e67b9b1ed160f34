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
import dev.nightjar.store.BatchStore;
import dev.nightjar.store.ChunkStore;
import dev.nightjar.store.FileStore;
import dev.nightjar.store.Stores;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What an engine uses of stores, doing what others do, but for what a test changes. */
public interface ForwardingStores extends FileStore, BatchStore, ChunkStore {
  Stores inner();

  default Stores stores() {
    return new Stores(
        this,
        inner().uploads(),
        this,
        this,
        inner().keys(),
        inner().ledger(),
        inner().webhooks(),
        inner().retention(),
        inner().database());
  }

  /** Runs each transaction that writes. */
  default <T> T transaction(String name, Supplier<T> work) {
    return work.get();
  }

  @Override
  default Optional<StoredFile> insertFile(NewFile file, Manifest content, long storageBytesMax) {
    return transaction(
        "insert file", () -> inner().files().insertFile(file, content, storageBytesMax));
  }

  @Override
  default long storedBytes(String project) {
    return inner().files().storedBytes(project);
  }

  @Override
  default Optional<StoredFile> file(String project, FileId id) {
    return inner().files().file(project, id);
  }

  @Override
  default List<StoredFile> files(FileQuery query) {
    return inner().files().files(query);
  }

  @Override
  default boolean deleteFile(String project, FileId id) {
    return transaction("delete file", () -> inner().files().deleteFile(project, id));
  }

  @Override
  default Optional<Manifest> content(FileId id) {
    return inner().files().content(id);
  }

  @Override
  default Created createBatch(NewBatch batch) {
    return transaction("create batch", () -> inner().batches().createBatch(batch));
  }

  @Override
  default Optional<Created> createdBefore(String project, Origin origin) {
    return inner().batches().createdBefore(project, origin);
  }

  @Override
  default Optional<Batch> batch(String project, BatchId id) {
    return inner().batches().batch(project, id);
  }

  @Override
  default Optional<Batch> batch(long sequence) {
    return inner().batches().batch(sequence);
  }

  @Override
  default List<Batch> batches(BatchQuery query) {
    return inner().batches().batches(query);
  }

  @Override
  default List<Batch> unfinished() {
    return inner().batches().unfinished();
  }

  @Override
  default Begun begin(long batch, ValidInput validated, BeginTerms beginTerms) {
    return transaction("begin", () -> inner().batches().begin(batch, validated, beginTerms));
  }

  @Override
  default Batch fail(long batch, List<BatchError> errors) {
    return transaction("fail", () -> inner().batches().fail(batch, errors));
  }

  @Override
  default List<BatchError> errors(long batch) {
    return inner().batches().errors(batch);
  }

  @Override
  default Optional<Batch> cancel(String project, BatchId id) {
    return transaction("cancel", () -> inner().batches().cancel(project, id));
  }

  @Override
  default Batch expire(long batch) {
    return transaction("expire", () -> inner().batches().expire(batch));
  }

  @Override
  default Map<BatchStatus, Long> unfinishedCounts() {
    return inner().batches().unfinishedCounts();
  }

  @Override
  default List<Manifest.Piece> sealedObjects(long batch) {
    return inner().chunks().sealedObjects(batch);
  }

  @Override
  default Batch finish(long batch, FinishedFiles files) {
    return transaction("finish", () -> inner().batches().finish(batch, files));
  }

  @Override
  default void releaseChunks() {
    transaction(
        "release chunks",
        () -> {
          inner().chunks().releaseChunks();
          return "";
        });
  }

  @Override
  default void releaseChunks(long batch, int after) {
    transaction(
        "release chunks of a batch",
        () -> {
          inner().chunks().releaseChunks(batch, after);
          return "";
        });
  }

  @Override
  default List<Chunk> claim(long batch, int max) {
    return transaction("claim", () -> inner().chunks().claim(batch, max));
  }

  @Override
  default List<ChunkId> unsealed() {
    return inner().chunks().unsealed();
  }

  @Override
  default SealOutcome seal(Seal seal) {
    return transaction("seal", () -> inner().chunks().seal(seal));
  }

  @Override
  default Optional<StoredFile> placeOf(String project, FileId id) {
    return inner().files().placeOf(project, id);
  }

  @Override
  default Optional<StoredFile> inputOf(Batch batch) {
    return inner().files().inputOf(batch);
  }
}
