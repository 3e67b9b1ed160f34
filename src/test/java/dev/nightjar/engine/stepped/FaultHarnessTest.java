package dev.nightjar.engine.stepped;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.stepped.PlannedFaults.Fault;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Stores;
import dev.nightjar.store.Tier;
import dev.nightjar.store.disk.Disk;
import dev.nightjar.testing.ForwardingAnswerLog;
import dev.nightjar.testing.ForwardingStores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@link FaultSweepTest} can fail: it sees a run that stands still, and a seal that is done again.
 */
@Tag("K6")
@Execution(ExecutionMode.CONCURRENT)
class FaultHarnessTest {
  private static final String STILL = "waited for more than PT1H, and the batch has not ended";

  @Test
  void runThatWaitsForNothingIsAViolation() {
    String violation =
        violation(
            CrashScenario.RUNS_TO_ITS_END,
            planned -> new Planted(planned, inner -> new LosesClaims(inner).stores(), log -> log));

    assertThat(violation).contains(STILL);
  }

  @Test
  void runThatTriesAgainForEverIsAViolation() {
    String violation =
        violation(
            CrashScenario.RUNS_TO_ITS_END,
            planned -> new Planted(planned, stores -> stores, CannotBeRead::new));

    assertThat(violation).contains(STILL);
  }

  @ParameterizedTest
  @EnumSource(names = {"RUNS_TO_ITS_END", "CANCELLED_WHILE_RUNNING", "EXPIRES"})
  void sealThatIsDoneAgainBecauseItsCleanUpFailedIsCaught(CrashScenario scenario)
      throws IOException {
    UnaryOperator<CrashBugs> plant =
        planned -> new Planted(planned, stores -> stores, CleanUpFailsTheSeal::new);
    List<String> asked = FaultSweepTest.run(scenario).asked();
    var caught = new ArrayList<String>();
    for (int number = 1; number <= asked.size(); number++) {
      if (asked.get(number - 1).equals("log.forget")) {
        for (Fault fault : FaultSweepTest.bothOf(number)) {
          String violation = violation(scenario, plant, fault);
          if (violation != null) {
            caught.add(violation);
          }
        }
      }
    }

    caught.forEach(violation -> System.err.println("caught: " + violation));
    assertThat(caught).isNotEmpty();
  }

  /** Null if there is none. */
  private static @Nullable String violation(
      CrashScenario scenario, UnaryOperator<CrashBugs> plant, Fault... faults) {
    AssertionError violation =
        catchThrowableOfType(
            AssertionError.class, () -> FaultSweepTest.run(scenario, plant, faults));
    return violation == null ? null : violation.getMessage();
  }

  /** A bug between the engine and stores with planned faults. */
  private record Planted(
      CrashBugs planned, UnaryOperator<Stores> changes, UnaryOperator<AnswerLog> logs)
      implements CrashBugs {
    @Override
    public Disk disk() {
      return planned.disk();
    }

    @Override
    public Stores stores(Stores stores, AnswerLog log) {
      return changes.apply(planned.stores(stores, log));
    }

    @Override
    public AnswerLog log(AnswerLog log) {
      return logs.apply(planned.log(log));
    }

    @Override
    public ObjectStore objects(ObjectStore objects) {
      return planned.objects(objects);
    }

    @Override
    public boolean step(CrashLife engine) {
      return planned.step(engine);
    }

    @Override
    public void ended(Tier tier) throws IOException {
      planned.ended(tier);
    }
  }

  /** The engine hears of no chunk, and takes it that other nodes have them. */
  private record LosesClaims(Stores inner) implements ForwardingStores {
    @Override
    public List<Chunk> claim(long batch, int max) {
      inner.chunks().claim(batch, max);
      return List.of();
    }
  }

  private record CannotBeRead(AnswerLog inner) implements ForwardingAnswerLog {
    @Override
    public int read(ChunkId chunk, Visitor visitor) throws IOException {
      throw new IOException("planted");
    }
  }

  /**
   * A clean-up fails in a way that the sealer does not catch, as if it caught none: the seal counts
   * as failed, and is done again though the chunk is sealed.
   */
  private record CleanUpFailsTheSeal(AnswerLog inner) implements ForwardingAnswerLog {
    @Override
    public void forget(ChunkId chunk) {
      try {
        inner.forget(chunk);
      } catch (IOException e) {
        throw new AssertionError("planted", e);
      }
    }
  }
}
