package dev.nightjar.engine.stepped;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.stepped.CrashRun.DeathAt;
import dev.nightjar.engine.stepped.CrashTakeover.Moment;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.Stores;
import dev.nightjar.store.disk.Disk;
import dev.nightjar.testing.CrashDisk;
import dev.nightjar.testing.ForwardingAnswerLog;
import dev.nightjar.testing.ForwardingDisk;
import dev.nightjar.testing.ForwardingStores;
import dev.nightjar.testing.Survival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * The harness can fail: with each of the bugs that it is there to find put between the server and
 * its stores, it finds a violation.
 */
class CrashHarnessTest {
  private static final CrashScenario SCENARIO = CrashScenario.RUNS_TO_ITS_END;
  private static final long SEED = 1;
  private static final int TAKEOVERS_MAX = 100;

  @Test
  void catchesObjectsThatAreNotForced() throws IOException {
    String violation = violation("", disk -> () -> skipping(disk, isIn("objects"), _ -> false));

    assertThat(violation).contains("survived by");
  }

  @Test
  void catchesDirectoriesOfObjectsThatAreNotForced() throws IOException {
    String violation = violation("", disk -> () -> skipping(disk, _ -> false, isIn("objects")));

    assertThat(violation).contains("survived by");
  }

  @Test
  void catchesGroupsOfAnswersThatAreNotForced() throws IOException {
    String violation = violation("", disk -> () -> skipping(disk, isIn("journal"), _ -> false));

    assertThat(violation).contains("is asked for again, its answer was safe");
  }

  @Test
  void catchesNewJournalSegmentsWhoseNamesAreNotForced() throws IOException {
    String violation = violation("", disk -> () -> skipping(disk, _ -> false, isIn("journal")));

    assertThat(violation).contains("is asked for again, its answer was safe");
  }

  @Test
  void catchesALogThatForgetsBeforeTheSealingTransaction() throws IOException {
    String violation =
        violation(
            "transaction: seal",
            disk ->
                new CrashBugs() {
                  @Override
                  public Disk disk() {
                    return disk;
                  }

                  @Override
                  public Stores stores(Stores stores, AnswerLog log) {
                    return new ForgetsTooEarly(stores, log).stores();
                  }
                });

    assertThat(violation).contains("is asked for again, its answer was safe");
  }

  @Test
  void catchesALogThatAcceptsAStaleEpoch() throws IOException {
    String violation =
        takeoverViolation(disk ->
            new CrashBugs() {
              @Override
              public Disk disk() {
                return disk;
              }

              @Override
              public AnswerLog log(AnswerLog log) {
                return new AppendsForAnyEpoch(log, new HashMap<>());
              }
            });

    assertThat(violation).contains("its answer was safe");
  }

  @Test
  void catchesASealThatAcceptsAStaleEpoch() throws IOException {
    String violation =
        takeoverViolation(disk ->
            new CrashBugs() {
              @Override
              public Disk disk() {
                return disk;
              }

              @Override
              public Stores stores(Stores stores, AnswerLog log) {
                return new SealsForAnyEpoch(stores, new HashMap<>()).stores();
              }
            });

    assertThat(violation).contains("taken over at");
  }

  // ---- the bugs

  private static Predicate<Path> isIn(String folder) {
    return path -> path.toString().contains("/" + folder);
  }

  private static Disk skipping(
      CrashDisk disk, Predicate<Path> isFileSkipped, Predicate<Path> isDirectorySkipped) {
    return new ForwardingDisk() {
      @Override
      public Disk inner() {
        return disk;
      }

      @Override
      public boolean forces(Path file) {
        return !isFileSkipped.test(file);
      }

      @Override
      public boolean forcesDirectory(Path directory) {
        return !isDirectorySkipped.test(directory);
      }
    };
  }

  private record ForgetsTooEarly(Stores inner, AnswerLog log) implements ForwardingStores {
    @Override
    public SealOutcome seal(Seal seal) {
      try {
        log.forget(seal.chunk());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return inner.chunks().seal(seal);
    }
  }

  private record AppendsForAnyEpoch(AnswerLog inner, Map<ChunkId, Long> current)
      implements ForwardingAnswerLog {
    @Override
    public BitSet take(ChunkId chunk, long epoch) throws IOException {
      current.put(chunk, epoch);
      return inner.take(chunk, epoch);
    }

    @Override
    public Set<ChunkId> append(List<Entry> group) throws IOException {
      return inner.append(
          group.stream()
              .map(entry ->
                  new Entry(
                      entry.chunk(),
                      current.getOrDefault(entry.chunk(), entry.epoch()),
                      entry.line(),
                      entry.answer()))
              .toList());
    }
  }

  private record SealsForAnyEpoch(Stores inner, Map<ChunkId, Long> current)
      implements ForwardingStores {
    @Override
    public List<Chunk> claim(long batch, int max) {
      List<Chunk> claimed = inner.chunks().claim(batch, max);
      claimed.forEach(chunk -> current.put(chunk.id(), chunk.epoch()));
      return claimed;
    }

    @Override
    public SealOutcome seal(Seal seal) {
      return inner
          .chunks()
          .seal(
              new Seal(
                  seal.chunk(),
                  current.getOrDefault(seal.chunk(), seal.epoch()),
                  seal.outputBytes(),
                  seal.errorBytes(),
                  seal.completed(),
                  seal.failed(),
                  seal.usage()));
    }
  }

  // ---- the search

  /** The first violation that is found, at points in a seeded order. */
  private static String violation(String before, CrashBugs.Maker bugs) throws IOException {
    List<String> labels = CrashRun.points(SCENARIO, SEED, bugs);
    List<Integer> points = new ArrayList<>();
    for (int point = 1; point <= labels.size(); point++) {
      if (labels.get(point - 1).startsWith(before)) {
        points.add(point);
      }
    }
    Collections.shuffle(points, new Random(SEED));
    int runs = 0;
    for (int point : points) {
      for (Survival survival : List.of(Survival.NOTHING, Survival.EVERYTHING)) {
        runs++;
        try {
          CrashRun.run(SCENARIO, SEED, List.of(new DeathAt(point, survival)), bugs);
        } catch (AssertionError e) {
          return caught(runs, e);
        }
      }
    }
    throw new AssertionError("not caught at any of %d points".formatted(points.size()));
  }

  private static String takeoverViolation(CrashBugs.Maker bugs) throws IOException {
    var random = new SplittableRandom(SEED);
    for (int run = 1; run <= TAKEOVERS_MAX; run++) {
      var moment = new Moment(random.nextInt(800), random.nextBoolean());
      try {
        CrashTakeover.run(SCENARIO, random.nextLong(), moment, bugs);
      } catch (AssertionError e) {
        return caught(run, e);
      }
    }
    throw new AssertionError("not caught in %d takeovers".formatted(TAKEOVERS_MAX));
  }

  private static String caught(int run, AssertionError violation) {
    System.err.println("caught in run %d: %s".formatted(run, violation.getMessage()));
    return String.valueOf(violation.getMessage());
  }
}
