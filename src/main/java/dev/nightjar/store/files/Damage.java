package dev.nightjar.store.files;

import dev.nightjar.store.ObjectStore.ObjectDamagedException;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what was found to be other than it was written, and says it once for each object, however
 * often somebody tries to read that. Any thread may call it.
 */
final class Damage {
  private static final System.Logger LOG = System.getLogger(Damage.class.getName());

  /** Of more objects nothing is said; their readers still fail. */
  private static final int SAID_MAX = 1_000;

  private final LongAdder found = new LongAdder();
  private final Set<String> said = ConcurrentHashMap.newKeySet();

  /** What a reader of the object fails with. */
  ObjectDamagedException found(String key, String how) {
    found.increment();
    var failure = new ObjectDamagedException(key, how);
    if (said.size() < SAID_MAX && said.add(key)) {
      LOG.log(Level.ERROR, failure.getMessage());
    }
    return failure;
  }

  long sum() {
    return found.sum();
  }
}
