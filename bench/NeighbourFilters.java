import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchId;
import dev.nightjar.file.FileId;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Forty thousand batches and eight clients that list them by metadata without a pause, in turn one
 * pair that all have, one that few have, and one that none has; the other project's time for a list
 * of its own, whose key is looked up first.
 */
final class NeighbourFilters implements Neighbour {
  private static final int BATCHES = Integer.parseInt(System.getenv().getOrDefault("BATCHES", "40000"));
  private static final int CLIENTS = 8;
  private static final int AT_ONCE = 256;
  private static final int FEW = 1_000;
  private static final List<String> FILTERS =
      List.of("metadata.team=red", "metadata.job=rare", "metadata.team=red&metadata.job=none");

  @Override
  public void seed(NeighbourKeys keys, Path data) throws Exception {
    Stores stores = keys.stores();
    var places = new Semaphore(AT_ONCE);
    var results = new ArrayList<Future<?>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < BATCHES; i++) {
        int number = i;
        places.acquire();
        Callable<Void> insert =
            () -> {
              try {
                insert(stores, number);
                return null;
              } finally {
                places.release();
              }
            };
        results.add(threads.submit(insert));
      }
    }
    for (Future<?> result : results) {
      result.get();
    }
  }

  /** One that has ended, so that nothing is to be done with it. */
  private static void insert(Stores stores, int number) {
    var asked =
        new NewBatch(
            new BatchId("batch_filtered" + number),
            "theirs",
            "/v1/chat/completions",
            new FileId("file-none"),
            "24h",
            Duration.ofDays(1),
            Map.of("team", "red", "job", number % FEW == 0 ? "rare" : "job-" + number),
            null,
            null);
    long batch = stores.batches().createBatch(asked).batch().sequence();
    stores.batches().fail(batch, List.of(new BatchError("empty_file", "It is empty.", null, null)));
  }

  @Override
  public void disturb(NeighbourWorld world) throws Exception {
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < CLIENTS; i++) {
      threads.add(Thread.ofVirtual().start(() -> list(world)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void list(NeighbourWorld world) {
    Bench client = world.project("theirs");
    for (int i = 0; !world.isCalm(); i++) {
      try {
        client.get("/batches?limit=20&" + FILTERS.get(i % FILTERS.size()));
      } catch (Exception _) {
        NeighbourWorld.pause(1);
      }
    }
  }

  @Override
  public double operation(NeighbourWorld world) throws Exception {
    long begun = System.nanoTime();
    world.project("ours").get("/batches");
    return Neighbour.since(begun);
  }
}
