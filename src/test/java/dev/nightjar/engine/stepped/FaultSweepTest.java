package dev.nightjar.engine.stepped;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.nightjar.engine.BatchEngine;
import dev.nightjar.engine.stepped.PlannedFaults.Fault;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.BatchStore;
import dev.nightjar.store.ChunkStore;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.FileStore;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.validation.InputLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One operation of the stores fails, before or after its effect, and the process goes on: the batch
 * of {@link CrashSweepTest} ends as it should, exactly, with its counts, its usage and its ledger,
 * and nothing is left that a sweep would not delete. A run that stands still is a violation, as
 * {@link FaultHarnessTest} shows.
 */
@Tag("K6")
@Execution(ExecutionMode.CONCURRENT)
@Order(1)
class FaultSweepTest {
  private static final long SEED = 1;

  /** Of a line's reads and calls one is as good as another; the full build tries more of them. */
  private static final int EQUAL_MAX = Integer.getInteger("faults.equal", 4);

  /** Each step of a seal. */
  private static final Set<String> SEAL =
      Set.of(
          "log.take",
          "log.read",
          "objects.create output",
          "objects.create error",
          "objects.write output",
          "objects.write error",
          "objects.open spool",
          "objects.read spool",
          "objects.commit output",
          "objects.commit error",
          "objects.close output",
          "objects.close error",
          "stores.seal",
          "log.forget",
          "objects.delete spool");

  /** Operations that the engine uses and that never fail here, and why. */
  private static final Map<String, String> NEVER =
      Map.of(
          "stores.unfinished", "a start asks for it, and one that fails ends the process",
          "objects.stream", "asks nothing of the disk: what is read from it does",
          "objects.bytes written", "asks nothing of the disk");

  @ParameterizedTest
  @EnumSource(names = {"RUNS_TO_ITS_END", "CANCELLED_WHILE_RUNNING", "EXPIRES", "FILES_DELETED"})
  void sealThatFailsAtAnyStepOnceIsExactAfterwards(CrashScenario scenario) throws IOException {
    assertThat(operations(scenario)).containsAll(SEAL);

    sweep(scenario, SEAL::contains);
  }

  @ParameterizedTest
  @EnumSource
  void operationThatFailsOnceChangesNoOutcome(CrashScenario scenario) throws IOException {
    sweep(scenario, operation -> !SEAL.contains(operation));
  }

  @Test
  void everyOperationOfTheStoresThatTheEngineUsesFails() throws IOException {
    var points = new TreeMap<String, Map<CrashScenario, Integer>>();
    for (CrashScenario scenario : CrashScenario.values()) {
      List<String> operations = operations(scenario);
      for (int number : chosen(operations)) {
        points
            .computeIfAbsent(operations.get(number - 1), _ -> new EnumMap<>(CrashScenario.class))
            .merge(scenario, bothOf(number).size(), Integer::sum);
      }
    }
    System.err.println(table(points));
    var failing = new TreeSet<>(points.keySet());
    failing.addAll(operationsAfterALost("stores.begin"));
    failing.addAll(operationsAfterALost("stores.claim"));

    var never = new TreeSet<>(usedByTheEngine());
    never.removeIf(used -> failing.stream().anyMatch(name -> (name + " ").startsWith(used + " ")));

    assertThat(never).isEqualTo(NEVER.keySet());
  }

  // ---- the sweep

  private static void sweep(CrashScenario scenario, Predicate<String> isTried) throws IOException {
    List<String> operations = operations(scenario);
    var known = new HashSet<>(operations);
    for (int number : chosen(operations)) {
      if (isTried.test(operations.get(number - 1))) {
        for (Fault fault : bothOf(number)) {
          List<String> asked = run(scenario, fault).asked();
          failToo(scenario, fault, asked, known);
        }
      }
    }
  }

  /** What is asked for only because of a fault fails as well: then there are two. */
  private static void failToo(
      CrashScenario scenario, Fault first, List<String> asked, Set<String> known)
      throws IOException {
    for (int number = 1; number <= asked.size(); number++) {
      if (known.add(asked.get(number - 1))) {
        for (Fault second : bothOf(number)) {
          run(scenario, first, second);
        }
      }
    }
  }

  static List<Fault> bothOf(int number) {
    return List.of(new Fault(number, false), new Fault(number, true));
  }

  /** The numbers of those that fail. */
  private static List<Integer> chosen(List<String> operations) {
    var equal = new HashMap<String, Integer>();
    var chosen = new ArrayList<Integer>();
    for (int number = 1; number <= operations.size(); number++) {
      if (equal.merge(operations.get(number - 1), 1, Integer::sum) <= EQUAL_MAX) {
        chosen.add(number);
      }
    }
    return chosen;
  }

  private static List<String> operations(CrashScenario scenario) throws IOException {
    return run(scenario).asked();
  }

  /** What is asked for when the first return of that is lost. */
  private static List<String> operationsAfterALost(String operation) throws IOException {
    CrashScenario scenario = CrashScenario.RUNS_TO_ITS_END;
    int number = operations(scenario).indexOf(operation) + 1;
    return run(scenario, new Fault(number, true)).asked();
  }

  static PlannedFaults run(CrashScenario scenario, Fault... faults) throws IOException {
    return run(scenario, planned -> planned, faults);
  }

  /** A run in which these fail, with a bug or none between the engine and them. */
  static PlannedFaults run(CrashScenario scenario, UnaryOperator<CrashBugs> plant, Fault... faults)
      throws IOException {
    var lives = new ArrayList<PlannedFaults>();
    try {
      CrashRun.run(
          scenario,
          SEED,
          List.of(),
          disk -> {
            lives.add(new PlannedFaults(disk, List.of(faults)));
            return plant.apply(lives.getLast());
          });
    } catch (AssertionError e) {
      throw new AssertionError(lives.getFirst() + ": " + e.getMessage(), e);
    }
    PlannedFaults only = lives.getFirst();
    assertThat(faults).allMatch(fault -> fault.number() <= only.asked().size());
    return only;
  }

  // ---- what there is to fail

  /** Operations of the stores that the engine's classes call, and the reader of what they read. */
  private static Set<String> usedByTheEngine() {
    Map<String, String> stores =
        Map.of(
            FileStore.class.getName(), "stores.",
            BatchStore.class.getName(), "stores.",
            ChunkStore.class.getName(), "stores.",
            AnswerLog.class.getName(), "log.",
            ObjectStore.class.getName(), "objects.",
            ObjectStore.Writer.class.getName(), "objects.",
            ObjectStore.Reader.class.getName(), "objects.");
    return new ClassFileImporter()
        .importUrl(BatchEngine.class.getProtectionDomain().getCodeSource().getLocation()).stream()
            .filter(FaultSweepTest::isOfTheEngine)
            .flatMap(type -> type.getAccessesFromSelf().stream())
            .filter(access -> access.getTarget() instanceof CodeUnitAccessTarget)
            .filter(access -> stores.containsKey(access.getTargetOwner().getName()))
            .map(access -> stores.get(access.getTargetOwner().getName()) + words(access.getName()))
            .collect(toCollection(TreeSet::new));
  }

  private static boolean isOfTheEngine(JavaClass type) {
    return type.getPackageName().equals(BatchEngine.class.getPackageName())
        || type.getPackageName().equals(InputLimits.class.getPackageName())
        || type.getName().startsWith(ContentReader.class.getName());
  }

  /** The name of a method as words, as transactions have it. */
  private static String words(String camelCase) {
    return camelCase.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
  }

  private static String table(Map<String, Map<CrashScenario, Integer>> points) {
    var text = new StringBuilder("points at which an operation fails, before and after its effect");
    int total = 0;
    for (var operation : points.entrySet()) {
      text.append("\n%-24s".formatted(operation.getKey()));
      for (var scenario : operation.getValue().entrySet()) {
        text.append(" %s %d".formatted(scenario.getKey(), scenario.getValue()));
        total += scenario.getValue();
      }
    }
    return text.append("\n%d in all".formatted(total)).toString();
  }
}
