package dev.nightjar.store.local;

import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.ObjectStore.Entry;
import dev.nightjar.store.Sweeper;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.store.sqlite.SqliteStores;
import dev.nightjar.time.SteadyClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Sweeps a data directory at once. It holds the directory's lock: what a server is writing would
 * look like an orphan. It has not watched the clock for long, as a server has, so it takes only
 * those files for expired that were so by the latest moment that the directory itself knows of.
 */
public record Prune(Path data) {
  /** What it came to, in bytes of objects. */
  public record Pruned(int objects, long bytes, long bytesLeft) {}

  public Pruned run() throws IOException {
    DataDirectory.look(data); // So that none is made.
    try (DataDirectory directory = DataDirectory.open(data)) {
      directory.checkDatabase();
      return prune(directory);
    }
  }

  private static Pruned prune(DataDirectory directory) throws IOException {
    var clock = new SteadyClock(InstantSource.system(), System::nanoTime);
    Instant goneBy = goneBy(directory, clock.instant());
    try (var stores = SqliteStores.open(directory.database(), LocalStores.NODE, () -> goneBy);
        var objects = new FileObjectStore(directory.objects())) {
      long before = bytes(objects);
      int deleted = new Sweeper(stores, objects, clock).sweepAll();
      long after = bytes(objects);
      return new Pruned(deleted, before - after, after);
    }
  }

  private static Instant goneBy(DataDirectory directory, Instant now) {
    try (var stores = SqliteStores.open(directory.database(), LocalStores.NODE, () -> now)) {
      return stores.retention().latest().filter(now::isAfter).orElse(now);
    }
  }

  private static long bytes(ObjectStore objects) throws IOException {
    return objects.list("").stream().mapToLong(Entry::bytes).sum();
  }
}
