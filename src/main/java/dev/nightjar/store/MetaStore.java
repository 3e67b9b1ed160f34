package dev.nightjar.store;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.cost.Price;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds what exists: files, uploads, batches, chunks, keys, and the states they are in. Each method
 * is one transaction, durable on return, and may be repeated after an unknown outcome. Any thread
 * may call it and waits for a result; the work is done on the store's own threads. A broken store
 * throws {@link StoreException}.
 */
public interface MetaStore
    extends UploadStore, LedgerStore, KeyStore, WebhookStore, Retention, AutoCloseable {

  // ---- files

  /** Records a file whose objects are durable already. The given sequence is ignored. */
  default void insertFile(StoredFile file, Manifest content) {
    insertFile(file, content, Long.MAX_VALUE);
  }

  /** The same, but false if its project would then store more than {@code storageBytesMax}. */
  boolean insertFile(StoredFile file, Manifest content, long storageBytesMax);

  /**
   * What a project's files hold, and the parts that are in no file: also those that the API shows
   * no more, until they are forgotten because their bytes are gone.
   */
  long storedBytes(String project);

  /** A file that the API may show: not deleted, not expired. */
  Optional<StoredFile> file(String project, FileId id, Instant now);

  /**
   * Where a page goes on: also a file that was deleted or has expired since the page before, as
   * long as its row is there.
   */
  Optional<StoredFile> placeOf(String project, FileId id);

  /** One page, ordered by (createdAt, sequence). */
  List<StoredFile> files(FileQuery query);

  /** Hides a file from the API at once; its bytes stay while an unfinished batch needs them. */
  boolean deleteFile(String project, FileId id, Instant now);

  /** What a file's bytes are, also of a deleted file that an unfinished batch still needs. */
  Optional<Manifest> content(FileId id);

  // ---- batches

  /**
   * Records a batch in {@code validating}, unless its origin says that it is there already: then
   * gives the earlier one, and records nothing.
   */
  Created createBatch(NewBatch batch);

  /** What {@link #createBatch} would find for this origin; empty if it would make a batch. */
  Optional<Created> createdBefore(String project, Origin origin);

  Optional<Batch> batch(String project, BatchId id);

  Optional<Batch> batch(long sequence);

  /** One page, newest first, ties by sequence. */
  List<Batch> batches(BatchQuery query);

  /** How many batches are in each status that is not terminal. */
  Map<BatchStatus, Long> unfinishedCounts();

  /** All batches that are not terminal, oldest first; what a starting node has to go on with. */
  List<Batch> unfinished();

  /**
   * validating → in_progress with its chunks, its price and its share of the quota, in one
   * transaction. A batch that has left validating meanwhile is returned unchanged and gets nothing;
   * one that would exceed the quota stays as it is.
   */
  Begun begin(long batch, ValidInput validated, BeginTerms beginTerms, Instant now);

  /**
   * validating → failed, with the problems found; a batch that has left validating is unchanged.
   */
  Batch fail(long batch, List<BatchError> errors, Instant now);

  /** All problems of a batch's input, of which its row shows the first. */
  List<BatchError> errors(long batch);

  /**
   * validating or in_progress → cancelling; other states are returned as they are. A validating
   * batch has no chunks and ends by {@link #finish} at once.
   */
  Optional<Batch> cancel(String project, BatchId id, Instant now);

  /**
   * in_progress, or validating when its file could not be read until then, → finalizing with {@code
   * Ending.EXPIRED}; other states are returned as they are.
   */
  Batch expire(long batch, Instant now);

  /** The objects of the sealed chunks of an unfinished batch: what its files will consist of. */
  List<Manifest.Piece> sealedObjects(long batch);

  /**
   * A batch whose chunks are all sealed, or that was cancelled while validating, reaches its
   * terminal state: files made from the ordered seals, chunk rows deleted, in one transaction. The
   * file rows appear only if they would have bytes. A terminal batch is returned unchanged.
   */
  Batch finish(long batch, FinishedFiles files, Instant now);

  // ---- chunks

  /** Gives back all open chunks, whoever owned them: at the start of the only node. */
  void releaseChunks();

  /**
   * Gives back the open chunks of a batch behind the one with this number: for its owner, after a
   * claim of unknown outcome, which has its next chunks or has none.
   */
  void releaseChunks(long batch, int after);

  /**
   * The next waiting chunks in order, now owned by the caller: epoch + 1, open. At most {@code
   * max}.
   */
  List<Chunk> claim(long batch, int max);

  /** Chunks of unfinished batches that are not sealed; what the answer log must keep. */
  List<ChunkId> unsealed();

  /**
   * Marks a chunk sealed and charges its counts and usage, in one transaction, if {@code epoch} is
   * still the current one. The last chunk of a running batch moves it to {@code finalizing} in the
   * same transaction. A chunk that this epoch has sealed already is answered as the first time.
   */
  SealOutcome seal(Seal seal, Instant now);

  @Override
  void close();

  /** What came of a creation: the new batch, or an earlier one. */
  record Created(Batch batch, CreateOutcome outcome) {}

  enum CreateOutcome {
    NEW,
    /** The same request was taken before. */
    KNOWN,
    /** The idempotency key belongs to a request with another body. */
    KEY_REUSED
  }

  /**
   * Which request a batch comes from.
   *
   * @param idempotencyKey the client's own name for it, unique in the project for ever; null for
   *     none
   * @param hash of the body and of who sent it
   * @param retryCount how often the client had sent it before: without a key, a request with a
   *     higher count than an equal one from {@code repeatedSince} on is the same
   */
  record Origin(
      @Nullable String idempotencyKey, String hash, int retryCount, Instant repeatedSince) {}

  /** A batch to create; without an origin it is always a new one. */
  record NewBatch(
      BatchId id,
      String project,
      String endpoint,
      FileId inputFileId,
      String completionWindow,
      Instant createdAt,
      Instant expiresAt,
      Map<String, String> metadata,
      @Nullable Long outputExpiresAfterSeconds,
      @Nullable Origin origin) {}

  /** The outcome of a validation without problems; chunks carry epoch 0. */
  record ValidInput(@Nullable String model, long lines, List<Chunk> chunks) {}

  /**
   * On what terms a batch begins.
   *
   * @param enqueuedTokens what it takes of the quota until it has ended
   * @param enqueuedTokensMax what all batches of its project and model may take together; null for
   *     no limit
   */
  record BeginTerms(@Nullable Price price, long enqueuedTokens, @Nullable Long enqueuedTokensMax) {
    public static final BeginTerms FREE = new BeginTerms(null, 0, null);
  }

  /** What came of a beginning. */
  sealed interface Begun {
    record As(Batch batch) implements Begun {}

    /** Others take {@code enqueuedTokens} of the quota, and there is not enough left. */
    record OverQuota(long enqueuedTokens) implements Begun {}
  }

  /**
   * What a sealed chunk holds. Objects of no bytes do not exist.
   *
   * @param completed lines in the output object
   * @param failed lines in the error object that were executed
   */
  record Seal(
      ChunkId chunk,
      long epoch,
      long outputBytes,
      long errorBytes,
      long completed,
      long failed,
      Usage usage) {}

  enum SealOutcome {
    SEALED,
    /** Sealed, and no chunk of the batch is left: it can be finished. */
    SEALED_LAST,
    /** The chunk has changed hands: this epoch's objects are orphans. */
    FENCED
  }

  /**
   * Ids for the files that a finished batch gets, and how the objects of its seals are named.
   *
   * @param expiresAt of both files; null for never
   */
  record FinishedFiles(FileId output, FileId error, @Nullable Instant expiresAt) {}

  /**
   * A page of files.
   *
   * @param after the last file of the page before; null for the first page
   */
  record FileQuery(
      String project,
      @Nullable String purpose,
      @Nullable StoredFile after,
      int limit,
      boolean isAscending,
      Instant now) {}

  /** A page of batches. */
  record BatchQuery(String project, @Nullable Batch after, int limit, BatchFilter filter) {
    public BatchQuery(String project, @Nullable Batch after, int limit) {
      this(project, after, limit, BatchFilter.NONE);
    }
  }

  /**
   * What a batch must meet to be listed; each null, or empty, for anything.
   *
   * @param createdFrom the first moment of its creation that counts
   * @param createdBefore the first moment that does not count any more
   * @param metadata pairs that it must have
   */
  record BatchFilter(
      @Nullable BatchStatus status,
      @Nullable String model,
      @Nullable Instant createdFrom,
      @Nullable Instant createdBefore,
      Map<String, String> metadata) {
    public static final BatchFilter NONE = new BatchFilter(null, null, null, null, Map.of());

    public BatchFilter {
      metadata = Map.copyOf(metadata);
    }
  }

  /** The store is broken or closed. */
  final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
