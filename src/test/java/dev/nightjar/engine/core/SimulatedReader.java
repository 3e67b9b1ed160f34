package dev.nightjar.engine.core;

import dev.nightjar.batch.RequestCounts;
import dev.nightjar.engine.core.SimulatedStores.StoredBatch;
import dev.nightjar.engine.core.SimulationPlan.Trouble;
import dev.nightjar.engine.message.Live;
import dev.nightjar.engine.message.Picture;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who shows the batches of one life of the process: it takes pictures, and reads the store a while
 * after each. It watches that no count falls, and that none is of answers that are not durable.
 */
final class SimulatedReader {
  private static final int LOOKS_ONE_IN = 20;
  private static final int READS_WITHIN_MILLIS = 500;

  private final SimulatedWorld world;
  private final RandomGenerator random;
  private final Map<Long, RequestCounts> shown = new HashMap<>();
  private boolean isReading;

  SimulatedReader(SimulatedWorld world, long seed) {
    this.world = world;
    this.random = new SplittableRandom(seed);
  }

  /** Answers that another node takes over are nobody's until that one has sealed them. */
  void look(Supplier<Picture> picture) {
    if (!isReading && random.nextInt(LOOKS_ONE_IN) == 0 && !world.plan.has(Trouble.TAKEOVERS)) {
      isReading = true;
      Picture taken = picture.get();
      world.time.later(random.nextInt(READS_WITHIN_MILLIS), () -> read(taken));
    }
  }

  private void read(Picture picture) {
    isReading = false;
    for (StoredBatch batch : world.stores.batches.values()) {
      if (batch.isValidated) {
        show(batch, picture.running().get(batch.id));
      }
    }
  }

  private void show(StoredBatch batch, @Nullable Live live) {
    RequestCounts stored = batch.run(false).sealed();
    RequestCounts counts = live == null ? stored : live.counts().orMore(stored);
    RequestCounts before = shown.getOrDefault(batch.id, RequestCounts.NONE);
    shown.put(batch.id, counts);
    if (!counts.orMore(before).equals(counts)) {
      world.violation("batch %d showed %s, and then %s".formatted(batch.id, before, counts));
    }
    if (counts.completed() > batch.answered(true) || counts.failed() > batch.answered(false)) {
      world.violation("batch %d shows %s, which are not durable".formatted(batch.id, counts));
    }
  }
}
