package dev.nightjar.engine.core;

import dev.nightjar.engine.core.SimulatedStores.StoredBatch;
import dev.nightjar.engine.core.SimulationPlan.Trouble;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Watches in one life of the process that batches expire when the clock passes their deadlines,
 * however it is set, and never before.
 */
final class SimulatedDeadlines {
  /** Without these every batch ends in time. */
  private static final Set<Trouble> EXCUSES =
      Set.of(Trouble.STOPS, Trouble.TAKEOVERS, Trouble.CLOCK_JUMPS);

  private final SimulatedWorld world;

  /** The batches of this life, and whether they are of an earlier one. */
  private final Map<Long, Boolean> begun = new HashMap<>();

  private final Set<Long> expiring = new HashSet<>();
  private boolean isConfirmed = true;

  SimulatedDeadlines(SimulatedWorld world) {
    this.world = world;
  }

  void begun(StoredBatch batch, boolean isFromBefore) {
    begun.put(batch.id, isFromBefore);
    expiring.remove(batch.id); // That may have failed, and the clock been set since.
    checkLater(batch);
  }

  void clockSet(boolean isItConfirmed) {
    isConfirmed = isItConfirmed;
    begun.keySet().forEach(id -> checkLater(world.stores.batch(id)));
  }

  /** The engine wants it expired. */
  void expires(StoredBatch batch) {
    if (Collections.disjoint(world.plan.troubles(), EXCUSES)) {
      world.violation("batch %d stands still until its deadline".formatted(batch.id));
    }
    if (expiring.add(batch.id) && !isDue(batch)) {
      world.violation(
          "batch %d expires at %d, before %d"
              .formatted(batch.id, world.clockMillis(), batch.deadlineMillis));
    }
  }

  boolean isExpiring(long batch) {
    return expiring.contains(batch);
  }

  /** A deadline of an earlier life is none while the time may be wrong. */
  private boolean isDue(StoredBatch batch) {
    boolean mayBeTold = isConfirmed || Boolean.FALSE.equals(begun.get(batch.id));
    return mayBeTold && world.clockMillis() >= batch.deadlineMillis;
  }

  private void checkLater(StoredBatch batch) {
    long left = Math.max(0, batch.deadlineMillis - world.clockMillis());
    world.time.later(left + 1, () -> check(batch));
  }

  private void check(StoredBatch batch) {
    boolean isOver = batch.isFinished || batch.isSealed() || batch.ending != null;
    boolean isAnswered = batch.answered(true) + batch.answered(false) == batch.lines();
    boolean isOurs = batch.chunks.stream().noneMatch(chunk -> chunk.isForeign);
    if (isDue(batch) && !isOver && !isAnswered && isOurs && !isExpiring(batch.id)) {
      world.violation("batch %d does not expire at its deadline".formatted(batch.id));
    }
  }
}
