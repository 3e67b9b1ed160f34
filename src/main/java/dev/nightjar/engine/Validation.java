package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.cost.Terms;
import dev.nightjar.file.LongLines;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.StoredFile;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.MetaStore;
import dev.nightjar.store.MetaStore.Admission;
import dev.nightjar.store.MetaStore.StoreException;
import dev.nightjar.store.MetaStore.Validated;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.time.SteadyClock;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Validates batches on threads of its own, one of them kept free for small files, so that ten rows
 * do not wait behind gigabytes. Projects take turns, each on one thread at a time, and a long file
 * gives its turn to others after each {@value #SLICE_BYTES} bytes. Only what is the file's own
 * fault fails a batch. One whose file cannot be read, or whose outcome cannot be stored, waits with
 * a reason and without a thread, and is tried again after 1 s to 60 s until it is validated,
 * cancelled or past its deadline. If the process dies, the batch is validated again.
 */
public final class Validation {
  private static final System.Logger LOG = System.getLogger(Validation.class.getName());
  private static final long SMALL_BYTES_MAX = 16L << 20;
  private static final long SLICE_BYTES = 64L << 20;

  /** Begun and not at their end: of so many projects, since within one they follow each other. */
  private static final int BEGUN_MAX = 8;

  private static final String TURN = "its validation waits for its turn";
  private static final long MEMORY_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final MetaStore meta;
  private final ObjectStore objects;
  private final Rules rules;
  private final InputLimits limits;
  private final Admissions admissions;
  private final ValidationMemory memory;
  private final SteadyClock clock;
  private final RandomGenerator random;
  private final Listener listener;
  private final Set<Long> cancelled = ConcurrentHashMap.newKeySet();
  private final Map<Long, Pending> submitted = new ConcurrentHashMap<>();
  private final Map<Long, String> reasons = new ConcurrentHashMap<>();
  private final Track small;
  private final Track large;
  private final LongLines longLines;
  private volatile boolean isClosed;

  /** Where the files are, and who may hold a long line of one. */
  public record Inputs(MetaStore meta, ObjectStore objects, LongLines longLines) {}

  /**
   * What is asked of a file, and how much may be held for all of them.
   *
   * @param modelRefusal why no upstream can have a model; empty when one may
   */
  public record Rules(
      InputLimits limits,
      Terms terms,
      Function<String, Optional<String>> modelRefusal,
      long memoryBytesMax) {}

  /** Time and chance, and the threads for small and for large files. */
  public record Host(
      SteadyClock clock, RandomGenerator random, Executor smallFiles, Executor largeFiles) {}

  /** Who is told of what comes. */
  public interface Listener {
    /** A batch as it is after its validation, and its number of unsealed chunks. */
    void validated(Batch batch, int unsealedChunks);

    /**
     * One is to be tried again, after a while.
     *
     * @param failures how often it failed before
     * @param leftMillis until it expires
     */
    void failed(long batch, int failures, long leftMillis);
  }

  /** Small or large files: what waits for its turn, and what is between two slices. */
  private record Track(Executor threads, Turns<Pending> turns, Map<Long, Begun> begun) {
    Track(Executor threads) {
      this(threads, new Turns<>(), new ConcurrentHashMap<>());
    }

    boolean mayGo(Pending pending) {
      return begun.size() < BEGUN_MAX || begun.containsKey(pending.sequence());
    }
  }

  /** A validation between two slices. */
  private record Begun(Validator validator, ValidationMemory.Share share) {}

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

  public Validation(Inputs inputs, Rules rules, Host host, Listener listener) {
    this.meta = inputs.meta;
    this.objects = inputs.objects;
    this.rules = rules;
    this.limits = rules.limits;
    this.admissions = new Admissions(rules.terms, meta);
    this.memory = new ValidationMemory(rules.memoryBytesMax);
    this.clock = host.clock;
    this.random = host.random;
    this.small = new Track(host.smallFiles);
    this.large = new Track(host.largeFiles);
    this.longLines = inputs.longLines;
    this.listener = listener;
  }

  /** Validates a batch; one that it has already is no error. */
  public void submit(Batch batch) {
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
  public void again(long batch) {
    Pending pending = submitted.get(batch);
    if (pending != null) {
      execute(pending);
    }
  }

  private void execute(Pending pending) {
    Track track = track(pending);
    if (track.turns.isBusy()) {
      reasons.putIfAbsent(pending.sequence(), TURN);
    }
    track.turns.add(pending.batch().project(), pending);
    track.threads.execute(() -> takeTurn(track));
  }

  /** Those who could not have a turn meanwhile come after it. */
  private void takeTurn(Track track) {
    Optional<Pending> next = track.turns.next(track::mayGo);
    if (next.isPresent()) {
      try {
        validate(next.get());
      } finally {
        track.turns.ended(next.get().batch().project());
        if (!isClosed && track.turns.hasWaiting()) {
          track.threads.execute(() -> takeTurn(track));
        }
      }
    }
  }

  private Track track(Pending pending) {
    return pending.isSmall() ? small : large;
  }

  /** Ends a validation early; whoever cancels ends the batch. */
  public void cancel(long batch) {
    if (submitted.containsKey(batch)) {
      cancelled.add(batch);
    }
  }

  /** Ends the validations under way; their threads are the workers'. */
  public void close() {
    isClosed = true;
  }

  public ValidationMemory.Use memory() {
    return memory.use();
  }

  /** Why a validation does not go on; empty when it does, or is none of ours. */
  public Optional<String> reason(long batch) {
    return Optional.ofNullable(reasons.get(batch));
  }

  private void validate(Pending pending) {
    try {
      if (isClosed) {
        return;
      }
      reasons.remove(pending.sequence());
      if (isValidated(pending)) {
        forget(pending);
      } else {
        Turns<Pending> turns = track(pending).turns;
        if (turns.hasWaiting()) {
          reasons.putIfAbsent(pending.sequence(), TURN);
        }
        turns.goOn(pending.batch().project(), pending);
      }
    } catch (Throwable e) {
      ProcessEnd.ifBroken(e);
      end(pending);
      if (!isClosed && !isOverdue(pending)) {
        tryLater(pending, e);
      }
    }
  }

  private void forget(Pending pending) {
    end(pending);
    submitted.remove(pending.sequence());
    cancelled.remove(pending.sequence());
    reasons.remove(pending.sequence());
  }

  private void end(Pending pending) {
    Begun begun = track(pending).begun.remove(pending.sequence());
    if (begun != null) {
      begun.share.close();
    }
  }

  private void tryLater(Pending pending, Throwable e) {
    String reason = reason(e);
    if (!reason.equals(pending.failure())) {
      LOG.log(System.Logger.Level.ERROR, "validating " + pending.batch().id(), e);
    }
    long sequence = pending.sequence();
    reasons.put(sequence, reason);
    submitted.put(
        sequence, new Pending(pending.batch(), pending.isSmall(), pending.failures() + 1, reason));
    long left = pending.batch().stamps().expiresAt().toEpochMilli() - clock.millis();
    listener.failed(sequence, pending.failures(), left);
  }

  private static String reason(Throwable e) {
    return switch (e) {
      case StoreException _ -> "its validation cannot be stored: " + e.getMessage();
      case IOException _, UncheckedIOException _ -> "its file cannot be read: " + e.getMessage();
      default -> "its validation has an internal error: " + e;
    };
  }

  /** True if the deadline has passed before the file could be read: then the batch has ended. */
  private boolean isOverdue(Pending pending) {
    Batch batch = pending.batch();
    Instant now = clock.instant();
    if (now.isBefore(batch.stamps().expiresAt()) || !clock.isConfirmed()) {
      return false;
    }
    try {
      handOver(meta.expire(batch.sequence(), now));
      forget(pending);
      return true;
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "expiring " + batch.id(), e);
      return false;
    }
  }

  /** False if there is more to do. */
  private boolean isValidated(Pending pending) throws IOException {
    Batch batch = meta.batch(pending.sequence()).orElseThrow();
    if (batch.status() != BatchStatus.VALIDATING) {
      // It began, and the return of that was lost; or whoever cancelled it ends it.
      if (batch.stamps().inProgressAt() != null && pending.failures() > 0) {
        handOver(batch);
      }
      return true;
    }
    Optional<Validator.Outcome> outcome = advance(pending);
    if (outcome.isEmpty() || isClosed) {
      return false;
    }
    switch (outcome.get()) {
      case Validator.Outcome.Valid(Validated validated) -> begin(batch, validated);
      case Validator.Outcome.Invalid(List<BatchError> errors) -> fail(batch, errors);
      case Validator.Outcome.Cancelled() -> {}
    }
    return true;
  }

  private void handOver(Batch batch) {
    long unsealed =
        meta.unsealed().stream().filter(chunk -> chunk.batch() == batch.sequence()).count();
    listener.validated(batch, Math.toIntExact(unsealed));
  }

  private void begin(Batch batch, Validated validated) {
    Instant now = clock.instant();
    Admission admission = admissions.of(batch, validated, now);
    switch (meta.begin(batch.sequence(), validated, admission, now)) {
      case MetaStore.Begun.As(Batch begun) -> listener.validated(begun, validated.chunks().size());
      case MetaStore.Begun.OverQuota(long enqueued) ->
          fail(
              batch,
              List.of(
                  Admissions.overQuota(
                      batch, LineRules.knownModel(validated.model()), admission, enqueued)));
    }
  }

  private void fail(Batch batch, List<BatchError> errors) {
    listener.validated(meta.fail(batch.sequence(), errors, clock.instant()), 0);
  }

  private Optional<Validator.Outcome> advance(Pending pending) throws IOException {
    Begun begun = track(pending).begun.get(pending.sequence());
    if (begun == null) {
      Batch batch = pending.batch();
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
      begun = begin(batch, content.get());
      track(pending).begun.put(pending.sequence(), begun);
    }
    return begun.validator.advance(pending.sequence(), SLICE_BYTES).map(this::withModel);
  }

  private Begun begin(Batch batch, Manifest content) {
    ValidationMemory.Share share = memory.open();
    var host = new Validator.Host(() -> mayTakeBlock(batch, share), longLines);
    var validator =
        new Validator(
            offset -> open(content, offset),
            new LineRules(batch.endpoint(), limits.mixedModels()),
            limits,
            new CustomIds(random.nextLong()),
            () -> isClosed || cancelled.contains(batch.sequence()),
            host,
            _ -> {});
    return new Begun(validator, share);
  }

  /** For one slice: between two of them no file is open. */
  private InputStream open(Manifest content, long offset) throws IOException {
    var reader = new ContentReader(objects, content);
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
    reasons.put(batch.sequence(), "its validation waits for memory that others hold");
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
    Optional<String> refusal = rules.modelRefusal.apply(model);
    if (refusal.isEmpty()) {
      return outcome;
    }
    var error = new BatchError("model_not_found", refusal.get(), "body.model", 1L);
    return new Validator.Outcome.Invalid(List.of(error));
  }
}
