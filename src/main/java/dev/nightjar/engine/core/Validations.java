package dev.nightjar.engine.core;

import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.core.Unstarted.Phase;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineFigures;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Event.Submitted;
import dev.nightjar.engine.message.Event.Unvalidated;
import dev.nightjar.engine.message.Live;
import java.io.Serializable;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The batches whose input files are to be checked, slice by slice: a small file on one thread,
 * large ones on two, so that ten lines do not wait behind gigabytes. Projects take turns, and a
 * long file gives its turn to others after each slice. A file that is not to blame is tried again
 * until it is validated, cancelled or past its deadline.
 *
 * <p>All together have so much memory for what is read of their files. Who wants more than is left
 * waits for others to end, and holds up nobody but its own project. The oldest never waits, so that
 * a file too large for the bound is validated all the same, alone; nor does the first piece of any.
 * Engine thread only.
 */
final class Validations implements Serializable {
  private static final long SMALL_BYTES_MAX = 16L << 20;
  private static final int SMALL_AT_ONCE = 1;
  private static final int LARGE_AT_ONCE = 2;

  /** Of each kind, begun and not at their end, but those that wait for memory. */
  private static final int BEGUN_MAX = 8;

  /** Of each kind, begun and waiting for memory: another one gives back what it has. */
  private static final int STARVED_MAX = 8;

  private final long memoryBytesMax;
  private final Deadlines deadlines;
  private final Timers timers;
  private final Consumer<Effect> effects;
  private final Map<Long, Unstarted> all = new HashMap<>();
  private final Turns<Unstarted> small = new Turns<>(SMALL_AT_ONCE);
  private final Turns<Unstarted> large = new Turns<>(LARGE_AT_ONCE);

  /** Those of whose files something is read; the oldest first. */
  private final Set<Unstarted> begun = new LinkedHashSet<>();

  /** Those of which there may be more to tell than that they wait for their turn. */
  private final Set<Unstarted> notable = new LinkedHashSet<>();

  private long heldBytes;

  Validations(long memoryBytesMax, Deadlines deadlines, Timers timers, Consumer<Effect> effects) {
    this.memoryBytesMax = memoryBytesMax;
    this.deadlines = deadlines;
    this.timers = timers;
    this.effects = effects;
  }

  void take(Unvalidated event, long now) {
    Unstarted batch = all.get(event.batch());
    switch (event) {
      case Submitted submitted -> submit(submitted);
      case Event.SliceChecked _ -> sliceEnded(batch, 0);
      case Event.MemoryWanted wanted -> sliceEnded(batch, wanted.bytes());
      case Event.ValidateFailed failed -> failed(batch, failed.reason(), now);
      case Event.ValidationEnded _ -> ended(batch);
      case Event.Withdrawn withdrawn -> withdraw(batch, withdrawn.batch());
      case Event.ExpiredUnvalidated _ -> expired(batch);
    }
    beginSlices(small);
    beginSlices(large);
  }

  // ---- turns

  private void submit(Submitted submitted) {
    var batch = new Unstarted(submitted);
    if (all.putIfAbsent(submitted.batch(), batch) == null) {
      turns(batch).add(submitted.project(), batch);
    }
  }

  private Turns<Unstarted> turns(Unstarted batch) {
    return isSmall(batch) ? small : large;
  }

  private static boolean isSmall(Unstarted batch) {
    return batch.submitted.fileBytes() < SMALL_BYTES_MAX;
  }

  private void beginSlices(Turns<Unstarted> turns) {
    for (Optional<Unstarted> next = turns.next(this::mayGo);
        next.isPresent();
        next = turns.next(this::mayGo)) {
      begun.add(next.get());
      notable.add(next.get());
      heldBytes += next.get().beginSlice();
      effects.accept(new Effect.Validate(next.get().id()));
    }
  }

  private boolean mayGo(Unstarted batch) {
    if (begun.contains(batch)) {
      return !isStarved(batch);
    }
    boolean mayStarve = !batch.wantsMemory() || begun(batch, true) < STARVED_MAX;
    return mayStarve && begun(batch, false) < BEGUN_MAX;
  }

  /** How many of its kind are begun that wait for memory, or do not. */
  private int begun(Unstarted batch, boolean isStarved) {
    int count = 0;
    for (Unstarted other : begun) {
      if (isSmall(other) == isSmall(batch) && isStarved(other) == isStarved) {
        count++;
      }
    }
    return count;
  }

  /** It wants more memory than there is. */
  private boolean isStarved(Unstarted batch) {
    return batch.wantsMemory()
        && heldBytes + batch.wantedBytes() > memoryBytesMax
        && batch != begun.iterator().next();
  }

  // ---- what comes of a slice

  private void sliceEnded(@Nullable Unstarted batch, long wantedBytes) {
    if (batch == null || !batch.isInSlice()) {
      return;
    }
    turns(batch).ended(batch.project());
    if (batch.isWithdrawn()) {
      remove(batch);
      return;
    }
    int starved = begun(batch, true);
    batch.waits(wantedBytes);
    if (isStarved(batch) && starved >= STARVED_MAX) {
      letGo(batch);
    }
    turns(batch).goOn(batch.project(), batch);
  }

  private void failed(@Nullable Unstarted batch, String reason, long now) {
    if (batch == null || !batch.isInSlice()) {
      return;
    }
    turns(batch).ended(batch.project());
    if (batch.isWithdrawn()) {
      remove(batch);
      return;
    }
    letGo(batch);
    long waitMillis = batch.backoff.failed(reason);
    if (deadlines.hasPassed(batch.submitted.deadlineMillis(), now)) {
      batch.pause(Phase.EXPIRING);
      effects.accept(new Effect.Expire(batch.id()));
    } else {
      tryLater(batch, waitMillis, now);
    }
  }

  /** At the deadline at the latest. */
  private void tryLater(Unstarted batch, long waitMillis, long now) {
    batch.pause(Phase.LATER);
    long left = deadlines.leftMillis(batch.submitted.deadlineMillis(), now);
    timers.at(
        now + (left > 0 ? Math.min(waitMillis, left) : waitMillis),
        new Due.ValidateAgain(batch.id()));
  }

  void again(long id) {
    Unstarted batch = all.get(id);
    if (batch != null && batch.is(Phase.LATER)) {
      tryAgain(batch);
    }
  }

  private void tryAgain(Unstarted batch) {
    batch.waits(0);
    turns(batch).add(batch.project(), batch);
    beginSlices(turns(batch));
  }

  /** It has started, if it is one of ours. */
  void started(long id) {
    ended(all.get(id));
    beginSlices(small);
    beginSlices(large);
  }

  private void ended(@Nullable Unstarted batch) {
    if (batch != null) {
      if (batch.isInSlice()) {
        turns(batch).ended(batch.project());
      }
      remove(batch);
    }
  }

  // ---- those that never start

  /** Nothing is waited for, neither its turn nor an upstream's models. */
  private void withdraw(@Nullable Unstarted batch, long id) {
    if (batch == null || batch.withdraw()) {
      effects.accept(new Effect.Finish(id));
    }
    if (batch != null && batch.isInSlice()) {
      effects.accept(new Effect.EndValidation(id));
    } else if (batch != null && !batch.is(Phase.EXPIRING)) {
      remove(batch);
    }
  }

  private void expired(@Nullable Unstarted batch) {
    if (batch != null) {
      effects.accept(new Effect.Finish(batch.id()));
      ended(batch);
    }
  }

  /** It had begun, and that was not told: its next slice tells. */
  void stopping(long id) {
    Unstarted batch = all.get(id);
    if (batch != null && batch.is(Phase.EXPIRING)) {
      tryAgain(batch);
    }
  }

  /** False if it is none of ours. */
  boolean expireFailed(long id, String reason, long now) {
    Unstarted batch = all.get(id);
    if (batch != null && batch.is(Phase.EXPIRING)) {
      if (batch.isWithdrawn()) {
        remove(batch);
      } else {
        tryLater(batch, batch.backoff.failed(reason), now);
      }
    }
    return batch != null;
  }

  private void remove(Unstarted batch) {
    all.remove(batch.id());
    notable.remove(batch);
    turns(batch).remove(batch.project(), batch);
    letGo(batch);
  }

  /** What was read of its file is forgotten. */
  private void letGo(Unstarted batch) {
    if (begun.remove(batch)) {
      heldBytes -= batch.letGo();
      effects.accept(new Effect.EndValidation(batch.id()));
    }
  }

  // ---- what is told of them

  /** Those that do not merely wait for their turn. */
  Map<Long, Live> notable() {
    notable.removeIf(Unstarted::isInLine); // Until its next slice begins.
    var found = new HashMap<Long, Live>();
    notable.forEach(
        batch -> found.put(batch.id(), new Live(RequestCounts.NONE, Usage.NONE, batch.reason())));
    return found;
  }

  /** Why the others wait; null when there are none. */
  @Nullable String waiting() {
    return notable.size() < all.size() ? Unstarted.IN_LINE : null;
  }

  EngineFigures.Validating figures() {
    int starved = (int) begun.stream().filter(this::isStarved).count();
    return new EngineFigures.Validating(heldBytes, begun.size(), starved);
  }
}
