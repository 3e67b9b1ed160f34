package dev.nightjar.engine;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Deletes what a sealed chunk leaves behind, and keeps for another try what could not be deleted:
 * the chunk is sealed all the same. Any thread may call. If the process dies, the next start and
 * the sweep of orphans find what is left.
 */
final class Leftovers {
  private static final System.Logger LOG = System.getLogger(Leftovers.class.getName());

  /** What is beyond is left to the next start and the sweep. */
  private static final int KEPT_MAX = 1_000;

  private final AnswerLog log;
  private final ObjectStore objects;
  private final Queue<Leftover> kept = new ArrayBlockingQueue<>(KEPT_MAX);

  /** What nothing needs any more; {@code chunk} is null when the log has nothing to forget. */
  record Leftover(@Nullable ChunkId chunk, List<String> objects) {}

  Leftovers(AnswerLog log, ObjectStore objects) {
    this.log = log;
    this.objects = objects;
  }

  void delete(Leftover leftover) {
    if (!isDeleted(leftover, System.Logger.Level.WARNING)) {
      keep(leftover);
    }
  }

  /** Those that were kept, as far as that works. */
  void tryAgain() {
    Leftover next = kept.poll();
    while (next != null && isDeleted(next, System.Logger.Level.DEBUG)) {
      next = kept.poll();
    }
    if (next != null) {
      keep(next);
    }
  }

  private void keep(Leftover leftover) {
    if (!kept.offer(leftover)) {
      LOG.log(System.Logger.Level.WARNING, "left to the next start and the sweep: {0}", leftover);
    }
  }

  private boolean isDeleted(Leftover leftover, System.Logger.Level level) {
    try {
      if (leftover.chunk() != null) {
        log.forget(leftover.chunk());
      }
      for (String key : leftover.objects()) {
        objects.delete(key);
      }
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.log(level, "what a sealed chunk leaves could not be deleted; it is tried again", e);
      return false;
    }
  }
}
