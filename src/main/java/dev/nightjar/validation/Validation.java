package dev.nightjar.validation;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.file.Manifest;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.store.MetaStore;
import dev.nightjar.store.MetaStore.Admission;
import dev.nightjar.store.MetaStore.StoreException;
import dev.nightjar.store.MetaStore.Validated;
import dev.nightjar.time.SteadyClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Validates batches on threads of its own, one of them kept free for small files, so that ten lines
 * do not wait behind gigabytes. Projects take turns, each on one thread at a time, and a long file
 * gives its turn to others after each slice. Only what is the file's own fault fails a batch. One
 * whose file cannot be read, or whose outcome cannot be stored, waits with a reason and without a
 * thread, and is tried again after 1 s to 60 s until it is validated, cancelled or past its
 * deadline. If the process dies, the batch is validated again.
 */
public final class Validation {
  private static final System.Logger LOG = System.getLogger(Validation.class.getName());
  private static final long SMALL_BYTES_MAX = 16L << 20;

  /** Begun and not at their end: of so many projects, since within one they follow each other. */
  private static final int BEGUN_MAX = 8;

  private static final String TURN = "its validation waits for its turn";

  private final MetaStore meta;
  private final Admissions admissions;
  private final FileSlices slices;
  private final SteadyClock clock;
  private final Listener listener;
  private final Set<Long> cancelled = ConcurrentHashMap.newKeySet();
  private final Map<Long, Pending> submitted = new ConcurrentHashMap<>();
  private final Map<Long, String> reasons = new ConcurrentHashMap<>();
  private final Track small;
  private final Track large;
  private volatile boolean isClosed;

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
  private record Track(Executor threads, Turns<Pending> turns, Set<Long> begun) {
    Track(Executor threads) {
      this(threads, new Turns<>(), ConcurrentHashMap.newKeySet());
    }

    boolean mayGo(Pending pending) {
      return begun.size() < BEGUN_MAX || begun.contains(pending.sequence());
    }
  }

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

  public Validation(ValidationInputs inputs, ValidationRules rules, Host host, Listener listener) {
    this.meta = inputs.meta();
    this.admissions = new Admissions(rules.terms(), meta);
    this.slices =
        new FileSlices(
            inputs,
            rules,
            host.random,
            batch -> isClosed || cancelled.contains(batch),
            batch -> reasons.put(batch, "its validation waits for memory that others hold"));
    this.clock = host.clock;
    this.small = new Track(host.smallFiles);
    this.large = new Track(host.largeFiles);
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
    return slices.memory();
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
    slices.end(pending.sequence());
    track(pending).begun.remove(pending.sequence());
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
    track(pending).begun.add(pending.sequence());
    Optional<Validator.Outcome> outcome = slices.advance(batch);
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
}
