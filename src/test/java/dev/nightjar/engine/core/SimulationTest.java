package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Failure;
import dev.nightjar.engine.message.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs of the whole engine in virtual time; the full build and {@code bench/sim} make more. */
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("sim.seeds", 1_000);
  private static final long FIRST = Long.getLong("sim.seed", 1);

  /** Enough of them that each bug is met. */
  private static final int SEEDS_FOR_A_BUG = 400;

  @Test
  void everyLineIsAnsweredOnceWhateverFailsAndTheSameEventsHaveTheSameEffects() {
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      SimulationPlan plan = SimulationPlan.of(seed);
      if (!new Simulation(plan, SimulatedCore::real).run().isEmpty()) {
        SimulationPlan shrunk = plan.shrunk(SimulatedCore::real);
        assertThat(new Simulation(shrunk, SimulatedCore::real).run()).as("%s", shrunk).isEmpty();
      }
    }
  }

  /** Bugs that are put between the engine and the rest. */
  enum Bug {
    LOST_WAKE_UP,
    RETRY_THAT_KEEPS_ITS_SLOT,
    SEAL_DONE_TWICE,
    CLAIM_AFTER_A_STOP,
    LINE_JUDGED_TWICE,
    ANSWER_LOST_ON_ITS_WAY,
    EXPIRY_DROPPED,
    ABORT_DROPPED,
    DRAINING_IGNORED,
    SHORT_DISK_IGNORED,
    HELD_IGNORED,
    CLOCK_IGNORED,
    UNCONFIRMED_TIME_TRUSTED,
    LISTING_NOT_HEARD,
    LISTING_DROPPED,
    SLICE_DONE_TWICE,
    FILE_NEVER_FORGOTTEN,
    INPUT_NEVER_CLOSED,
    INPUT_CLOSED_TWICE,
    INPUT_CLOSED_UNDER_A_SEAL,
    PICTURE_WITHOUT_WHAT_RUNS,
    MEMORY_FOR_WHOEVER_WANTS_IT
  }

  private record Planted(Bug bug, SimulatedCore real) implements SimulatedCore {
    @Override
    public List<Effect> step(Event event, long now) {
      if (isIgnored(event)) {
        return List.of();
      }
      var effects = new ArrayList<>(real.step(seen(event), now));
      switch (bug) {
        case SEAL_DONE_TWICE ->
            effects.addAll(effects.stream().filter(Effect.Seal.class::isInstance).toList());
        case CLAIM_AFTER_A_STOP -> {
          if (event instanceof Event.Stopping(long batch, Ending ending) && ending != null) {
            effects.add(new Effect.Claim(batch, 1, false));
          }
        }
        case LINE_JUDGED_TWICE -> {
          if (event instanceof Event.Ended(_, CallOutcome.Failed(Failure failed))
              && failed.is(Failure.Mark.UNSENT)) {
            effects.addAll(real.step(event, now));
          }
        }
        case ANSWER_LOST_ON_ITS_WAY -> effects.removeIf(Effect.Append.class::isInstance);
        case EXPIRY_DROPPED -> effects.removeIf(Effect.Expire.class::isInstance);
        case ABORT_DROPPED -> effects.removeIf(Effect.Abort.class::isInstance);
        case LISTING_DROPPED -> effects.removeIf(Effect.ListModels.class::isInstance);
        case SLICE_DONE_TWICE ->
            effects.addAll(effects.stream().filter(Effect.Validate.class::isInstance).toList());
        case INPUT_NEVER_CLOSED -> effects.removeIf(Effect.CloseInput.class::isInstance);
        case INPUT_CLOSED_TWICE ->
            effects.addAll(effects.stream().filter(Effect.CloseInput.class::isInstance).toList());
        case INPUT_CLOSED_UNDER_A_SEAL -> {
          for (Effect effect : List.copyOf(effects)) {
            if (effect instanceof Effect.Seal seal) {
              effects.add(new Effect.CloseInput(seal.chunk()));
            }
          }
        }
        case FILE_NEVER_FORGOTTEN -> effects.removeIf(Effect.EndValidation.class::isInstance);
        default -> {}
      }
      return effects;
    }

    private boolean isIgnored(Event event) {
      return switch (bug) {
        case RETRY_THAT_KEEPS_ITS_SLOT -> event instanceof Event.Ended(_, CallOutcome.Failed _);
        case DRAINING_IGNORED -> event instanceof Event.Draining;
        case SHORT_DISK_IGNORED -> event instanceof Event.DiskShort;
        case HELD_IGNORED -> event instanceof Event.Held;
        case CLOCK_IGNORED -> event instanceof Event.ClockSet;
        default -> false;
      };
    }

    private Event seen(Event event) {
      return switch (event) {
        case Event.ClockSet(long ahead, _) when bug == Bug.UNCONFIRMED_TIME_TRUSTED ->
            new Event.ClockSet(ahead, true);
        case Event.ModelsListed(int upstream, _) when bug == Bug.LISTING_NOT_HEARD ->
            new Event.ModelsListed(upstream, Set.of());
        case Event.MemoryWanted(long batch, _) when bug == Bug.MEMORY_FOR_WHOEVER_WANTS_IT ->
            new Event.SliceChecked(batch);
        default -> event;
      };
    }

    @Override
    public boolean isQuiet() {
      return real.isQuiet();
    }

    @Override
    public long nextWakeMillis() {
      long wake = real.nextWakeMillis();
      return bug == Bug.LOST_WAKE_UP && wake % 3 == 0 ? Long.MAX_VALUE : wake;
    }

    @Override
    public Picture picture() {
      Picture seen = real.picture();
      boolean isBlind =
          bug == Bug.PICTURE_WITHOUT_WHAT_RUNS && seen.figures().done().calls() % 2 == 0;
      return isBlind
          ? new Picture(Map.of(), seen.validating(), seen.waiting(), seen.figures())
          : seen;
    }

    @Override
    public Supplier<SimulatedCore> saved() {
      Supplier<SimulatedCore> saved = real.saved();
      return () -> new Planted(bug, saved.get());
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(Bug.class)
  void bugIsCaughtAndItsSeedShrunk(Bug bug) {
    SimulatedCore.Maker maker =
        (limits, upstreams, seed) -> new Planted(bug, SimulatedCore.real(limits, upstreams, seed));
    SimulationPlan found = null;
    for (long seed = 1; found == null && seed <= SEEDS_FOR_A_BUG; seed++) {
      SimulationPlan plan = SimulationPlan.of(seed);
      found = new Simulation(plan, maker).run().isEmpty() ? null : plan;
    }

    assertThat(found).isNotNull();
    SimulationPlan shrunk = found.shrunk(maker);

    assertThat(new Simulation(shrunk, maker).run()).isNotEmpty();
    assertThat(shrunk.batches() * shrunk.lines())
        .isLessThanOrEqualTo(found.batches() * found.lines());
    assertThat(new Simulation(shrunk, SimulatedCore::real).run()).as("without it").isEmpty();
  }
}
