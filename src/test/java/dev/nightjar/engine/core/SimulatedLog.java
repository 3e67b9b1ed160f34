package dev.nightjar.engine.core;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.core.SimulationPlan.Trouble;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Event.Pending;
import dev.nightjar.engine.message.LineId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Makes answers durable in groups, after a while, and now and then only after the disk was full.
 */
final class SimulatedLog {
  private final SimulatedWorld world;
  private final RandomGenerator random;
  private final Consumer<Event> events;
  private final Set<LineId> appending = new HashSet<>();
  private final List<Pending> group = new ArrayList<>();

  SimulatedLog(SimulatedWorld world, Consumer<Event> events) {
    this.world = world;
    this.random = world.random;
    this.events = events;
  }

  /** False if an append of that line is under way. */
  boolean append(Pending pending) {
    group.add(pending);
    if (group.size() == 1) {
      world.time.later(random.nextInt(random.nextInt(10) == 0 ? 3_000 : 20), this::commit);
    }
    return appending.add(pending.line());
  }

  boolean isAppending(LineId line) {
    return appending.contains(line);
  }

  boolean isQuiet() {
    return appending.isEmpty();
  }

  boolean isAppendingOf(ChunkId chunk) {
    return appending.stream().anyMatch(line -> line.chunk().equals(chunk));
  }

  private void commit() {
    if (world.plan.has(Trouble.STORE_FAULTS) && random.nextInt(20) == 0) {
      events.accept(new Event.Held("the disk is full"));
      world.time.later(
          1_000,
          () -> {
            events.accept(new Event.Held(null));
            commitGroup();
          });
    } else {
      commitGroup();
    }
  }

  private void commitGroup() {
    List<Pending> all = List.copyOf(group);
    group.clear();
    Set<ChunkId> refused = new HashSet<>();
    for (Pending pending : all) {
      appending.remove(pending.line());
      if (!world.stores.append(pending.line(), pending.answer())) {
        refused.add(pending.line().chunk());
      }
    }
    events.accept(new Event.Appended(all, refused));
  }
}
