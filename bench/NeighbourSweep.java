import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.Stores;
import dev.nightjar.store.Sweeper;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.store.local.LocalStores;
import dev.nightjar.store.sqlite.SqliteStores;
import dev.nightjar.time.SteadyClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A hundred thousand deleted files, which the sweep takes by a clock that is two hours ahead, from a
 * process of its own since a server begins to sweep hours after its start; the other project's time
 * for an upload.
 */
final class NeighbourSweep implements Neighbour {
  private static final int FILES = Integer.parseInt(System.getenv().getOrDefault("FILES", "100000"));
  private static final int OUR_BYTES = 16 << 10;
  private static final int AT_ONCE = 256;
  private static final Duration AGO = Duration.ofHours(2);

  private final byte[] ours = NeighbourUploads.bytes(OUR_BYTES);
  private FileObjectStore objects;
  private Stores later;
  private Sweeper sweeper;

  @Override
  public void seed(NeighbourKeys keys, Path data) throws Exception {
    // Opened while no server runs: what is half written goes when a store is opened.
    objects = new FileObjectStore(data.resolve("objects"));
    Stores stores = keys.stores();
    var places = new Semaphore(AT_ONCE);
    var results = new ArrayList<Future<?>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < FILES; i++) {
        var file = new FileId("file-swept" + i);
        places.acquire();
        Callable<Void> insert =
            () -> {
              try {
                insert(stores, file);
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
    later =
        SqliteStores.open(
            data.resolve("meta.db"), LocalStores.NODE, () -> Instant.now().plus(AGO));
    sweeper = new Sweeper(later, objects, settled());
  }

  /** The clock of a process that was started three hours ago: sooner it deletes nothing. */
  private static SteadyClock settled() {
    var behind = new AtomicReference<>(Duration.ofHours(3));
    var clock =
        new SteadyClock(
            () -> Instant.now().minus(behind.get()),
            () -> System.nanoTime() - behind.get().toNanos());
    behind.set(Duration.ZERO);
    return clock;
  }

  private void insert(Stores stores, FileId file) throws Exception {
    byte[] bytes = "{}\n".getBytes(StandardCharsets.UTF_8);
    String key = ObjectKeys.upload(file);
    try (var out = objects.create(key)) {
      out.write(bytes);
      out.commit();
    }
    var row = new NewFile(file, "theirs", "a.jsonl", "batch", bytes.length, null);
    stores.files().insertFile(row, Manifest.ofObject(key, bytes.length));
    stores.files().deleteFile("theirs", file);
  }

  @Override
  public void disturb(NeighbourWorld world) throws Exception {
    long begun = System.nanoTime();
    List<FileId> before = later.retention().goneFiles(AGO, FILES);
    while (!world.isCalm()) {
      NeighbourWorld.pause(Math.min(1_000, sweeper.round().toMillis()));
    }
    int left = later.retention().goneFiles(AGO, FILES).size();
    System.out.printf(
        "sweep: %,d of %,d files in %.1f s%n",
        before.size() - left, before.size(), (System.nanoTime() - begun) / 1e9);
  }

  @Override
  public double operation(NeighbourWorld world) throws Exception {
    long begun = System.nanoTime();
    world.project("ours").upload(ours);
    return Neighbour.since(begun);
  }
}
