package dev.nightjar.validation;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.MetaStore.Validated;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;

/**
 * Checks the input files of batches, a slice of {@value #SLICE_BYTES} bytes at a time. Any thread
 * may call it, for one batch one at a time.
 */
final class FileSlices {
  private static final long SLICE_BYTES = 64L << 20;
  private static final long MEMORY_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final ValidationInputs inputs;
  private final ValidationRules rules;
  private final RandomGenerator random;
  private final LongPredicate isStopped;
  private final LongConsumer waitsForMemory;
  private final ValidationMemory memory;
  private final Map<Long, Begun> begunFiles = new ConcurrentHashMap<>();

  /** A file between two slices. */
  private record Begun(Validator validator, ValidationMemory.Share share) {}

  /**
   * @param isStopped whether a batch's validation is to end
   * @param waitsForMemory is told of a batch whose validation does
   */
  FileSlices(
      ValidationInputs inputs,
      ValidationRules rules,
      RandomGenerator random,
      LongPredicate isStopped,
      LongConsumer waitsForMemory) {
    this.inputs = inputs;
    this.rules = rules;
    this.random = random;
    this.isStopped = isStopped;
    this.waitsForMemory = waitsForMemory;
    this.memory = new ValidationMemory(rules.memoryBytesMax());
  }

  ValidationMemory.Use memory() {
    return memory.use();
  }

  /** The next slice of a batch's file; empty while there is more to do. */
  Optional<Validator.Outcome> advance(Batch batch) throws IOException {
    Begun begun = begunFiles.get(batch.sequence());
    if (begun == null) {
      Optional<StoredFile> file =
          inputs.meta().file(batch.project(), batch.inputFileId(), batch.stamps().createdAt());
      Optional<Manifest> content = file.flatMap(found -> inputs.meta().content(found.id()));
      if (content.isEmpty()) {
        return invalidFile(
            "Cannot find file %s, or organization %s does not have access to it."
                .formatted(batch.inputFileId(), batch.project()));
      }
      if (!file.get().purpose().equals("batch")) {
        return invalidFile(
            "The file %s has the purpose '%s'; the input of a batch needs 'batch'."
                .formatted(batch.inputFileId(), file.get().purpose()));
      }
      begun = begin(batch, content.get());
      begunFiles.put(batch.sequence(), begun);
    }
    return begun.validator.advance(batch.sequence(), SLICE_BYTES).map(this::withModel);
  }

  /** It has come to its end, or is to begin anew. */
  void end(long batch) {
    Begun begun = begunFiles.remove(batch);
    if (begun != null) {
      begun.share.close();
    }
  }

  private Begun begin(Batch batch, Manifest content) {
    ValidationMemory.Share share = memory.open();
    var host = new Validator.Host(() -> mayTakeBlock(batch, share), inputs.longLines());
    var validator =
        new Validator(
            offset -> open(content, offset),
            new LineRules(batch.endpoint(), rules.limits().mixedModels()),
            rules.limits(),
            new CustomIds(random.nextLong()),
            () -> isStopped.test(batch.sequence()),
            host,
            _ -> {});
    return new Begun(validator, share);
  }

  /** For one slice: between two of them no file is open. */
  private InputStream open(Manifest content, long offset) throws IOException {
    var reader = new ContentReader(inputs.objects(), content);
    return new FilterInputStream(reader.stream(offset, reader.length() - offset)) {
      @Override
      public void close() throws IOException {
        reader.close();
      }
    };
  }

  /** If it may not, the thread goes on with others soon, and comes back. */
  private boolean mayTakeBlock(Batch batch, ValidationMemory.Share share) {
    if (share.take(CustomIds.BLOCK_BYTES)) {
      return true;
    }
    waitsForMemory.accept(batch.sequence());
    LockSupport.parkNanos(MEMORY_LOOK_NANOS);
    return false;
  }

  private static Optional<Validator.Outcome> invalidFile(String message) {
    return Optional.of(
        new Validator.Outcome.Invalid(
            List.of(new BatchError("invalid_request", message, "file_id", null))));
  }

  private Validator.Outcome withModel(Validator.Outcome outcome) {
    if (!(outcome instanceof Validator.Outcome.Valid(Validated validated))) {
      return outcome;
    }
    String model = validated.model() == null ? "" : validated.model();
    Optional<String> refusal = rules.modelRefusal().apply(model);
    if (refusal.isEmpty()) {
      return outcome;
    }
    var error = new BatchError("model_not_found", refusal.get(), "body.model", 1L);
    return new Validator.Outcome.Invalid(List.of(error));
  }
}
