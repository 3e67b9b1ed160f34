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
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Validates batches on threads of its own, one of them kept free for small files, so that ten rows
 * do not wait behind gigabytes. Only what is the file's own fault fails a batch. One whose file
 * cannot be read, or whose outcome cannot be stored, waits with a reason and without a thread, and
 * is tried again after 1 s to 60 s until it is validated, cancelled or past its deadline. If the
 * process dies, the batch is validated again.
 */
final class Validation {
  private static final System.Logger LOG = System.getLogger(Validation.class.getName());
  private static final long SMALL_BYTES_MAX = 16L << 20;

  private final MetaStore meta;
  private final ObjectStore objects;
  private final ModelCatalog models;
  private final InputLimits limits;
  private final Admissions admissions;
  private final ValidationMemory memory;
  private final BatchEngine.World world;
  private final ObjIntConsumer<Batch> done;
  private final Workers workers;
  private final Consumer<Event> events;
  private final Set<Long> cancelled = ConcurrentHashMap.newKeySet();
  private final Map<Long, Pending> submitted = new ConcurrentHashMap<>();
  private final Map<Long, String> reasons = new ConcurrentHashMap<>();
  private volatile boolean isClosed;

  /**
   * A batch that is not validated yet.
   *
   * @param failures how often that was tried in vain
   * @param failure the last reason; null for none
   */
  private record Pending(Batch batch, boolean isSmall, int failures, @Nullable String failure) {
    long sequence() {
      return batch.sequence();
    }
  }

  /**
   * {@code done} gets each batch as it is afterwards, and its number of unsealed chunks; {@code
   * events}, when one is to be tried again.
   */
  Validation(
      MetaStore meta,
      ObjectStore objects,
      ModelCatalog models,
      BatchEngine.Limits limits,
      ValidationMemory memory,
      BatchEngine.World world,
      Workers workers,
      ObjIntConsumer<Batch> done,
      Consumer<Event> events) {
    this.meta = meta;
    this.objects = objects;
    this.models = models;
    this.limits = limits.input();
    this.admissions = new Admissions(limits.terms(), meta);
    this.memory = memory;
    this.world = world;
    this.workers = workers;
    this.done = done;
    this.events = events;
  }

  /** Validates a batch; one that it has already is no error. */
  void submit(Batch batch) {
    var pending = new Pending(batch, isSmall(batch), 0, null);
    if (submitted.putIfAbsent(batch.sequence(), pending) == null) {
      execute(pending);
    }
  }

  private boolean isSmall(Batch batch) {
    try {
      return meta.content(batch.inputFileId()).map(Manifest::bytes).orElse(0L) < SMALL_BYTES_MAX;
    } catch (StoreException _) {
      return false; // Its validation will say so.
    }
  }

  /** Tries one again that waits. */
  void again(long batch) {
    Pending pending = submitted.get(batch);
    if (pending != null) {
      execute(pending);
    }
  }

  private void execute(Pending pending) {
    (pending.isSmall() ? workers.smallValidations() : workers.largeValidations())
        .execute(() -> validate(pending));
  }

  /** Ends a validation early; whoever cancels ends the batch. */
  void cancel(long batch) {
    if (submitted.containsKey(batch)) {
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

  private void validate(Pending pending) {
    try {
      if (!isClosed) {
        validateOnce(pending);
        forget(pending.sequence());
      }
    } catch (IOException | RuntimeException e) {
      if (!isClosed && !isOverdue(pending.batch())) {
        tryLater(pending, e);
      }
    }
  }

  private void forget(long batch) {
    submitted.remove(batch);
    cancelled.remove(batch);
    reasons.remove(batch);
  }

  private void tryLater(Pending pending, Exception e) {
    String reason = reason(e);
    if (!reason.equals(pending.failure())) {
      LOG.log(System.Logger.Level.ERROR, "validating " + pending.batch().id(), e);
    }
    long sequence = pending.sequence();
    reasons.put(sequence, reason);
    submitted.put(
        sequence, new Pending(pending.batch(), pending.isSmall(), pending.failures() + 1, reason));
    long left = pending.batch().stamps().expiresAt().toEpochMilli() - world.clock().millis();
    long wait = Trouble.wait(pending.failures());
    events.accept(
        new Event.Later(left > 0 ? Math.min(wait, left) : wait, new Effect.Validate(sequence)));
  }

  private static String reason(Exception e) {
    return switch (e) {
      case StoreException _ -> "its validation cannot be stored: " + e.getMessage();
      case IOException _, UncheckedIOException _ -> "its file cannot be read: " + e.getMessage();
      default -> "its validation has an internal error: " + e;
    };
  }

  /** True if the deadline has passed before the file could be read: then the batch has ended. */
  private boolean isOverdue(Batch batch) {
    Instant now = world.clock().instant();
    if (now.isBefore(batch.stamps().expiresAt()) || !world.clock().isConfirmed()) {
      return false;
    }
    try {
      handOver(meta.expire(batch.sequence(), now));
      forget(batch.sequence());
      return true;
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "expiring " + batch.id(), e);
      return false;
    }
  }

  private void validateOnce(Pending pending) throws IOException {
    Batch batch = meta.batch(pending.sequence()).orElseThrow();
    if (batch.status() != BatchStatus.VALIDATING) {
      // It began, and the return of that was lost; or whoever cancelled it ends it.
      if (batch.stamps().inProgressAt() != null && pending.failures() > 0) {
        handOver(batch);
      }
      return;
    }
    Validator.Outcome outcome = outcome(batch);
    if (isClosed) {
      return;
    }
    switch (outcome) {
      case Validator.Outcome.Valid(Validated validated) -> begin(batch, validated);
      case Validator.Outcome.Invalid(List<BatchError> errors) -> fail(batch, errors);
      case Validator.Outcome.Cancelled() -> {}
    }
  }

  private void handOver(Batch batch) {
    long unsealed =
        meta.unsealed().stream().filter(chunk -> chunk.batch() == batch.sequence()).count();
    done.accept(batch, Math.toIntExact(unsealed));
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
        meta.file(batch.project(), batch.inputFileId(), batch.stamps().createdAt());
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
