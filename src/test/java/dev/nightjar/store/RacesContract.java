package dev.nightjar.store;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Two nodes on one database, which do things at the same moment: what comes of it must be as if one
 * had come after the other. {@code -Dstore.races} is how often, {@code -Dstore.seed} of which seed.
 */
abstract class RacesContract extends StoresContract {
  private static final int ROUNDS = Integer.getInteger("store.races", 5);
  private static final int CONTENDERS_MAX = 8;
  private static final long LIMIT_SECONDS = 60;

  private final long seed = Long.getLong("store.seed", System.nanoTime());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  Stores other;

  /** What one of the two does. */
  interface Asked<T> {
    T of(Stores stores);
  }

  /** A race, and what must hold after it. */
  interface Round {
    void run(int round, RandomGenerator random) throws Exception;
  }

  @BeforeEach
  void openOther() {
    other = open(new NodeId("node-b"));
  }

  @AfterEach
  void closeOther() {
    threads.shutdownNow();
    other.close();
  }

  final void rounds(Round race) throws Exception {
    System.err.println(getClass().getSimpleName() + ": seed " + seed);
    for (int round = 0; round < ROUNDS; round++) {
      try {
        race.run(round, new SplittableRandom(seed + round));
      } catch (AssertionError e) {
        throw new AssertionError(
            "round %d of seed %d: %s".formatted(round, seed, e.getMessage()), e);
      }
    }
  }

  /** Two or more who want the same. */
  static <T> List<Asked<T>> contenders(RandomGenerator random, Asked<T> asked) {
    return IntStream.range(0, random.nextInt(2, CONTENDERS_MAX + 1)).mapToObj(_ -> asked).toList();
  }

  /** Has each done by one node or the other, all at once; what came of them, in their order. */
  final <T> List<T> atOnce(RandomGenerator random, List<? extends Asked<? extends T>> asked)
      throws Exception {
    var start = new CyclicBarrier(asked.size());
    int first = random.nextInt(2);
    var doing = new ArrayList<Future<T>>();
    for (int i = 0; i < asked.size(); i++) {
      Asked<? extends T> one = asked.get(i);
      Stores node = (first + i) % 2 == 0 ? stores : other;
      Callable<T> task =
          () -> {
            start.await(LIMIT_SECONDS, TimeUnit.SECONDS);
            return one.of(node);
          };
      doing.add(threads.submit(task));
    }
    var came = new ArrayList<T>();
    for (Future<T> one : doing) {
      came.add(one.get(LIMIT_SECONDS, TimeUnit.SECONDS));
    }
    return came;
  }
}
