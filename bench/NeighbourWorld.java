import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** A running server, and a client of it for each project. Any thread. */
final class NeighbourWorld {
  private final String base;
  private final NeighbourKeys keys;
  private final Path data;
  private final Map<String, Bench> clients = new ConcurrentHashMap<>();
  private volatile boolean isCalm = true;

  NeighbourWorld(String base, NeighbourKeys keys, Path data) {
    this.base = base;
    this.keys = keys;
    this.data = data;
  }

  Bench project(String name) {
    return clients.computeIfAbsent(name, project -> new Bench(base, keys.of(project)));
  }

  Path data() {
    return data;
  }

  NeighbourKeys keys() {
    return keys;
  }

  /** Whether nobody is to be disturbed now. */
  boolean isCalm() {
    return isCalm;
  }

  void setCalm(boolean calm) {
    isCalm = calm;
  }

  static void pause(long millis) {
    long until = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < until && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
  }
}
