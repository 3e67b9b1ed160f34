package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.MetaStore;
import dev.nightjar.store.MetaStore.Admission;
import dev.nightjar.store.MetaStore.Begun;
import dev.nightjar.store.MetaStore.StoreException;
import dev.nightjar.store.MetaStore.Validated;
import dev.nightjar.store.ObjectStore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ObjIntConsumer;

/**
 * Validates batches on threads of its own, one of them kept free for small files, so that ten rows
 * do not wait behind gigabytes. A batch whose validation is cut off is validated again.
 */
final class Validation {
  private static final System.Logger LOG = System.getLogger(Validation.class.getName());
  private static final long SMALL_BYTES_MAX = 16L << 20;
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final MetaStore meta;
  private final ObjectStore objects;
  private final ModelCatalog models;
  private final InputLimits limits;
  private final Admissions admissions;
  private final ValidationMemory memory;
  private final BatchEngine.World world;
  private final ObjIntConsumer<Batch> done;
  private final Workers workers;
  private final Set<Long> cancelled = ConcurrentHashMap.newKeySet();
  private final Set<Long> submitted = ConcurrentHashMap.newKeySet();
  private final Map<Long, String> reasons = new ConcurrentHashMap<>();
  private volatile boolean isClosed;

  /** {@code done} gets each batch as it is afterwards, and its number of chunks. */
  Validation(
      MetaStore meta,
      ObjectStore objects,
      ModelCatalog models,
      BatchEngine.Limits limits,
      ValidationMemory memory,
      BatchEngine.World world,
      Workers workers,
      ObjIntConsumer<Batch> done) {
    this.meta = meta;
    this.objects = objects;
    this.models = models;
    this.limits = limits.input();
    this.admissions = new Admissions(limits.terms(), meta);
    this.memory = memory;
    this.world = world;
    this.workers = workers;
    this.done = done;
  }

  void submit(Batch batch) {
    submitted.add(batch.sequence());
    if (batch.status() == BatchStatus.CANCELLING) {
      cancelled.add(batch.sequence());
    }
    long bytes = meta.content(batch.inputFileId()).map(Manifest::bytes).orElse(0L);
    boolean isSmall = bytes < SMALL_BYTES_MAX;
    (isSmall ? workers.smallValidations() : workers.largeValidations())
        .execute(() -> validate(batch));
  }

  /** Ends a validation early. */
  void cancel(long batch) {
    if (submitted.contains(batch)) {
      cancelled.add(batch);
    }
  }

  /** Ends the validations under way; their threads are the workers'. */
  void close() {
    isClosed = true;
  }

  /** Why a validation does not go on; empty when it does, or is none of ours. */
  Optional<String> reason(long batch) {
    return Optional.ofNullable(reasons.get(batch));
  }

  /** What MetaStore cannot take is tried until it does: a full disk is no fault of the file's. */
  private void validate(Batch batch) {
    long sequence = batch.sequence();
    try {
      while (!isClosed && !isValidated(batch)) {
        LockSupport.parkNanos(RETRY_NANOS);
      }
    } finally {
      submitted.remove(sequence);
      cancelled.remove(sequence);
      reasons.remove(sequence);
    }
  }

  private boolean isValidated(Batch batch) {
    try {
      validateOnce(batch);
      return true;
    } catch (StoreException e) {
      if (!isClosed) {
        LOG.log(System.Logger.Level.ERROR, "validating " + batch.id(), e);
        reasons.put(batch.sequence(), "its validation cannot be stored: " + e.getMessage());
      }
      return false;
    }
  }

  private void validateOnce(Batch batch) {
    try {
      Validator.Outcome outcome = outcome(batch);
      if (isClosed) {
        return;
      }
      switch (outcome) {
        case Validator.Outcome.Valid(Validated validated) -> begin(batch, validated);
        case Validator.Outcome.Invalid(List<BatchError> errors) -> fail(batch, errors);
        case Validator.Outcome.Cancelled() ->
            done.accept(meta.batch(batch.sequence()).orElseThrow(), 0);
      }
    } catch (StoreException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (!isClosed) {
        LOG.log(System.Logger.Level.ERROR, "validating " + batch.id(), e);
        var error = new BatchError("internal_error", "The file cannot be read: " + e, null, null);
        fail(batch, List.of(error));
      }
    }
  }

  private void begin(Batch batch, Validated validated) {
    Instant now = world.clock().instant();
    Admission admission = admissions.of(batch, validated, now);
    switch (meta.begin(batch.sequence(), validated, admission, now)) {
      case Begun.As(Batch begun) -> done.accept(begun, validated.chunks().size());
      case Begun.OverQuota(long enqueued) ->
          fail(
              batch,
              List.of(
                  Admissions.overQuota(
                      batch, LineRules.knownModel(validated.model()), admission, enqueued)));
    }
  }

  private void fail(Batch batch, List<BatchError> errors) {
    done.accept(meta.fail(batch.sequence(), errors, world.clock().instant()), 0);
  }

  private Validator.Outcome outcome(Batch batch) throws IOException {
    Optional<StoredFile> file =
        meta.file(batch.project(), batch.inputFileId(), world.clock().instant());
    Optional<Manifest> content = file.flatMap(found -> meta.content(found.id()));
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
    try (var reader = new ContentReader(objects, content.get());
        ValidationMemory.Share share = memory.open()) {
      var rules = new LineRules(batch.endpoint(), limits.mixedModels());
      BooleanSupplier isCancelled = () -> isClosed || cancelled.contains(batch.sequence());
      var validator =
          new Validator(
              reader,
              rules,
              limits,
              new CustomIds(world.random().nextLong()),
              isCancelled,
              () -> takeBlock(batch, share, isCancelled));
      Validator.Outcome outcome = validator.run(batch.sequence());
      return outcome instanceof Validator.Outcome.Valid(Validated validated)
          ? withModel(validated, outcome)
          : outcome;
    }
  }

  private void takeBlock(Batch batch, ValidationMemory.Share share, BooleanSupplier isCancelled) {
    share.take(
        CustomIds.BLOCK_BYTES,
        isCancelled,
        () -> reasons.put(batch.sequence(), "its validation waits for memory that others hold"));
    reasons.remove(batch.sequence());
  }

  private static Validator.Outcome invalidFile(String message) {
    return new Validator.Outcome.Invalid(
        List.of(new BatchError("invalid_request", message, "file_id", null)));
  }

  private Validator.Outcome withModel(Validated validated, Validator.Outcome outcome) {
    String model = validated.model() == null ? "" : validated.model();
    Optional<String> refusal = models.refusal(model);
    if (refusal.isEmpty()) {
      return outcome;
    }
    var error = new BatchError("model_not_found", refusal.get(), "body.model", 1L);
    return new Validator.Outcome.Invalid(List.of(error));
  }
}
