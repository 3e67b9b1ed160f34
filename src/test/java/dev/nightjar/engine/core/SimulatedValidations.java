package dev.nightjar.engine.core;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.engine.core.SimulatedStores.StoredBatch;
import dev.nightjar.engine.core.SimulationPlan.Trouble;
import dev.nightjar.engine.message.Event;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What was read of input files in one life of the process. It watches that no two slices are of one
 * project and kind, that there is a thread for each, and that only the oldest takes more memory
 * than there is.
 */
final class SimulatedValidations {
  static final long PIECE_BYTES = 10;
  static final long SMALL_BYTES_MAX = 16L << 20;
  private static final int SLICE_MILLIS_MAX = 2_000;
  private static final int BEGUN_MAX = 4 * 8;

  private final SimulatedWorld world;
  private final Consumer<Event> events;
  private final Consumer<StoredBatch> started;

  /** By batch, the oldest first. */
  private final Map<Long, Progress> begun = new LinkedHashMap<>();

  /** Slices under way, by kind and project. */
  private final Set<Turn> turns = new HashSet<>();

  private record Turn(boolean isSmall, String project) {}

  private static final class Progress {
    private int slices;
    private long heldBytes = PIECE_BYTES;
    private long wantedBytes;
  }

  SimulatedValidations(
      SimulatedWorld world, Consumer<Event> events, Consumer<StoredBatch> started) {
    this.world = world;
    this.events = events;
    this.started = started;
  }

  void validate(StoredBatch batch) {
    var turn = new Turn(batch.file.bytes() < SMALL_BYTES_MAX, batch.file.project());
    if (!turns.add(turn)) {
      world.violation("two slices of %s at a time".formatted(turn));
    }
    long atOnce = turns.stream().filter(other -> other.isSmall == turn.isSmall).count();
    if (atOnce > (turn.isSmall ? 1 : 2)) {
      world.violation("%d slices at a time of files like %s".formatted(atOnce, turn));
    }
    Progress progress = begun.computeIfAbsent(batch.id, _ -> new Progress());
    if (begun.size() > BEGUN_MAX) {
      world.violation("%d files are begun".formatted(begun.size()));
    }
    takeMemory(batch.id, progress);
    world.time.later(
        1 + world.random.nextInt(SLICE_MILLIS_MAX),
        () -> {
          turns.remove(turn);
          sliceEnded(batch, progress);
        });
  }

  private void takeMemory(long id, Progress progress) {
    progress.heldBytes += progress.wantedBytes;
    long held = begun.values().stream().mapToLong(other -> other.heldBytes).sum();
    boolean isOldest = begun.keySet().iterator().next() == id;
    if (progress.wantedBytes > 0 && held > world.limits.bounds().validationBytes() && !isOldest) {
      world.violation("batch %d takes memory that there is not".formatted(id));
    }
    progress.wantedBytes = 0;
  }

  private void sliceEnded(StoredBatch batch, Progress progress) {
    boolean isUnlucky = world.plan.has(Trouble.STORE_FAULTS) && world.random.nextInt(8) == 0;
    boolean isFaulty = isUnlucky || batch.file.isUnreadable();
    if (isFaulty && world.random.nextBoolean()) {
      events.accept(new Event.ValidateFailed(batch.id, "before"));
      return;
    }
    progress.slices++;
    boolean isAtEnd = progress.slices >= batch.file.slices() && !batch.file.isUnreadable();
    if (isAtEnd) {
      world.stores.validated(batch);
    }
    if (isFaulty) {
      events.accept(new Event.ValidateFailed(batch.id, "after"));
    } else if (batch.isValidated) {
      started.accept(batch);
    } else if (batch.isFinished || batch.ending == Ending.CANCELLED) {
      events.accept(new Event.ValidationEnded(batch.id));
    } else if (batch.ending == Ending.EXPIRED) {
      events.accept(new Event.ExpiredUnvalidated(batch.id));
    } else if (world.plan.has(Trouble.TIGHTNESS) && world.random.nextBoolean()) {
      progress.wantedBytes = PIECE_BYTES;
      events.accept(new Event.MemoryWanted(batch.id, PIECE_BYTES));
    } else {
      events.accept(new Event.SliceChecked(batch.id));
    }
  }

  void end(long id) {
    begun.remove(id);
  }

  boolean holdsNothing() {
    return begun.isEmpty() && turns.isEmpty();
  }
}
