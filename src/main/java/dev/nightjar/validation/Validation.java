package dev.nightjar.validation;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.BatchStore;
import dev.nightjar.store.BatchStore.BeginTerms;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.Stores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Validates batches, a slice of their files at a time; whose turn it is, others decide. Only what
 * is the file's own fault fails a batch. If the process dies, the batch is validated again. Any
 * thread may call it, for one batch one at a time.
 */
public final class Validation {
  private final Stores stores;
  private final Expectations expectations;
  private final FileSlices slices;

  /** What a slice came to. */
  public sealed interface Slice {
    /** There is more to do. */
    record More() implements Slice {}

    /** The same, once there is so much more memory for it. */
    record WantsMemory(long bytes) implements Slice {}

    /** The batch as it is after its validation, or as whoever stopped it has left it. */
    record Done(Batch batch, int unsealedChunks) implements Slice {}

    /** It has ended already, or others end it. */
    record Stopped() implements Slice {}
  }

  public Validation(ValidationInputs inputs, ValidationRules rules, RandomGenerator random) {
    this.stores = inputs.stores();
    this.expectations = new Expectations(rules.terms(), stores.ledger());
    this.slices = new FileSlices(inputs, rules, random);
  }

  /** How large a batch's file is; very, if that cannot be told: its validation will say so. */
  public long fileBytes(Batch batch) {
    try {
      return stores.files().content(batch.inputFileId()).map(Manifest::bytes).orElse(0L);
    } catch (StoreException _) {
      return Long.MAX_VALUE;
    }
  }

  /** Goes on; with the memory that it wanted, if it did. */
  public Slice advance(long sequence) throws IOException {
    Batch batch = stores.batches().batch(sequence).orElseThrow();
    if (batch.status() != BatchStatus.VALIDATING) {
      // It began or expired, and the return of that was lost; or whoever cancelled it ends it.
      return batch.status().isTerminal()
          ? new Slice.Stopped()
          : new Slice.Done(batch, unsealedChunks(sequence));
    }
    Optional<Validator.Outcome> outcome = slices.advance(batch);
    if (outcome.isEmpty() || slices.isClosed()) {
      return slices.wantsMemory(sequence)
          ? new Slice.WantsMemory(CustomIds.BLOCK_BYTES)
          : new Slice.More();
    }
    return switch (outcome.get()) {
      case Validator.Outcome.Valid(ValidInput validated) -> begin(batch, validated);
      case Validator.Outcome.Invalid(List<BatchError> errors) -> fail(batch, errors);
      case Validator.Outcome.Cancelled() -> new Slice.Stopped();
    };
  }

  /** Forgets what was read of a file; a slice of it that is under way ends soon. */
  public void end(long batch) {
    slices.end(batch);
  }

  /** Ends all slices; their threads are the workers'. */
  public void close() {
    slices.close();
  }

  private int unsealedChunks(long batch) {
    return Math.toIntExact(
        stores.chunks().unsealed().stream().filter(chunk -> chunk.batch() == batch).count());
  }

  private Slice begin(Batch batch, ValidInput validated) {
    BeginTerms beginTerms = expectations.of(batch, validated);
    return switch (stores.batches().begin(batch.sequence(), validated, beginTerms)) {
      case BatchStore.Begun.As(Batch begun) -> new Slice.Done(begun, validated.chunks().size());
      case BatchStore.Begun.OverQuota(long enqueued) -> {
        String model = LineRules.knownModel(validated.model());
        yield fail(batch, List.of(Expectations.overQuota(batch, model, beginTerms, enqueued)));
      }
    };
  }

  private Slice fail(Batch batch, List<BatchError> errors) {
    return new Slice.Done(stores.batches().fail(batch.sequence(), errors), 0);
  }

  /** Why a slice failed, in a sentence. */
  public static String reason(Throwable e) {
    return switch (e) {
      case StoreException _ -> "its validation cannot be stored: " + words(e);
      case IOException _, UncheckedIOException _ -> "its file cannot be read: " + words(e);
      default -> "its validation ended: " + words(e);
    };
  }

  /** What went wrong: of a mistake of ours the log has more, which helps nobody who waits. */
  public static String words(Throwable e) {
    boolean isOurs =
        e instanceof StoreException
            || e instanceof IOException
            || e instanceof UncheckedIOException;
    String message = e.getMessage();
    return isOurs && message != null ? message : "an internal error, which the log has";
  }
}
