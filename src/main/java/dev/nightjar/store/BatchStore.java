package dev.nightjar.store;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.cost.Price;
import dev.nightjar.file.FileId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Holds batches and the states they are in, under the rules of {@link Stores}. */
public interface BatchStore {
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
  Begun begin(long batch, ValidInput validated, BeginTerms beginTerms);

  /**
   * validating → failed, with the problems found; a batch that has left validating is unchanged.
   */
  Batch fail(long batch, List<BatchError> errors);

  /** All problems of a batch's input, of which its row shows the first. */
  List<BatchError> errors(long batch);

  /**
   * validating or in_progress → cancelling; other states are returned as they are. A validating
   * batch has no chunks and ends by {@link #finish} at once.
   */
  Optional<Batch> cancel(String project, BatchId id);

  /**
   * in_progress, or validating when its file could not be read until then, → finalizing with {@code
   * Ending.EXPIRED}; other states are returned as they are.
   */
  Batch expire(long batch);

  /**
   * A batch whose chunks are all sealed, or that was cancelled while validating, reaches its
   * terminal state: files made from the ordered seals, chunk rows deleted, in one transaction. The
   * file rows appear only if they would have bytes. A terminal batch is returned unchanged.
   */
  Batch finish(long batch, FinishedFiles files);

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
   * @param hash of the body; without a key also of who sent it
   * @param earlierHash what versions of format 2 took for it; their rows are compared with it
   * @param retryCount how often the client had sent it before: without a key, a request with a
   *     higher count than an equal one of the last {@code repeatedWithin} is the same
   */
  record Origin(
      @Nullable String idempotencyKey,
      String hash,
      String earlierHash,
      int retryCount,
      Duration repeatedWithin) {

    /** Whether a batch with this hash comes from an equal request. */
    public boolean isEqualTo(String other) {
      return other.equals(hash) || other.equals(earlierHash);
    }
  }

  /**
   * A batch to create; without an origin it is always a new one.
   *
   * @param window how long it may take; null for ever
   * @param maxInFlight calls of it at a time; null: as many as go
   */
  record NewBatch(
      BatchId id,
      String project,
      String endpoint,
      FileId inputFileId,
      String completionWindow,
      @Nullable Duration window,
      Map<String, String> metadata,
      @Nullable Long outputExpiresAfterSeconds,
      @Nullable Long maxInFlight,
      @Nullable Origin origin) {

    /** As many calls at a time as go. */
    public NewBatch(
        BatchId id,
        String project,
        String endpoint,
        FileId inputFileId,
        String completionWindow,
        @Nullable Duration window,
        Map<String, String> metadata,
        @Nullable Long outputExpiresAfterSeconds,
        @Nullable Origin origin) {
      this(
          id,
          project,
          endpoint,
          inputFileId,
          completionWindow,
          window,
          metadata,
          outputExpiresAfterSeconds,
          null,
          origin);
    }

    /** One that may take for ever, has what is usual for the rest, and is always new. */
    public static NewBatch withoutDeadline(
        BatchId id,
        String project,
        String endpoint,
        FileId inputFileId,
        String completionWindow,
        Map<String, String> metadata) {
      return new NewBatch(
          id, project, endpoint, inputFileId, completionWindow, null, metadata, null, null);
    }
  }

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
   * Ids for the files that a finished batch gets, and how the objects of its seals are named.
   *
   * @param life of both files; null for ever
   */
  record FinishedFiles(FileId output, FileId error, @Nullable Duration life) {}

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
}
