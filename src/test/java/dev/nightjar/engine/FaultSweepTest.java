package dev.nightjar.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One operation of the stores fails, before or after its effect, and the process goes on: the batch
 * of {@link CrashSweepTest} ends as it should, exactly, with its counts, its usage and its ledger,
 * and nothing is left that a sweep would not delete.
 */
@Tag("K6")
class FaultSweepTest {
  private static final long SEED = 1;

  /** Of a line's reads and calls one is as good as another. */
  private static final int EQUAL_MAX = 10;

  /** Each step of a seal. */
  private static final Set<String> SEAL =
      Set.of(
          "log take",
          "log read",
          "create output",
          "create error",
          "write output",
          "write error",
          "open spool",
          "commit output",
          "commit error",
          "close output",
          "close error",
          "meta seal",
          "log forget",
          "delete spool");

  @ParameterizedTest
  @EnumSource(names = {"RUNS_TO_ITS_END", "CANCELLED_WHILE_RUNNING", "EXPIRES"})
  void sealThatFailsAtAnyStepOnceIsExactAfterwards(CrashScenario scenario) throws IOException {
    assertThat(operations(scenario)).containsAll(SEAL);

    sweep(scenario, SEAL::contains);
  }

  @ParameterizedTest
  @EnumSource
  void operationThatFailsOnceChangesNoOutcome(CrashScenario scenario) throws IOException {
    sweep(scenario, operation -> !SEAL.contains(operation));
  }

  private static void sweep(CrashScenario scenario, Predicate<String> isTried) throws IOException {
    List<String> operations = operations(scenario);
    var equal = new HashMap<String, Integer>();
    int tried = 0;
    for (int number = 1; number <= operations.size(); number++) {
      String operation = operations.get(number - 1);
      if (isTried.test(operation) && equal.merge(operation, 1, Integer::sum) <= EQUAL_MAX) {
        run(scenario, number, false);
        run(scenario, number, true);
        tried++;
      }
    }
    System.err.println(
        "%s: %d of %d operations failed, twice each".formatted(scenario, tried, operations.size()));
  }

  private static List<String> operations(CrashScenario scenario) throws IOException {
    return run(scenario, 0, false).asked();
  }

  private static OneFault run(CrashScenario scenario, int failing, boolean isAfter)
      throws IOException {
    var faults = new ArrayList<OneFault>();
    try {
      CrashRun.run(
          scenario,
          SEED,
          List.of(),
          disk -> {
            faults.add(new OneFault(disk, failing, isAfter));
            return faults.getLast();
          });
    } catch (AssertionError e) {
      throw new AssertionError(faults.getFirst() + ": " + e.getMessage(), e);
    }
    OneFault fault = faults.getFirst();
    assertThat(fault.asked().size()).as("operations").isGreaterThanOrEqualTo(failing);
    return fault;
  }

  @Test
  void faultsAreOfEveryOperationOfTheEngine() throws IOException {
    assertThat(operations(CrashScenario.EXPIRES))
        .contains(
            "open input",
            "meta begin",
            "meta claim",
            "meta expire",
            "meta sealed objects",
            "length of output",
            "meta finish");
  }
}
