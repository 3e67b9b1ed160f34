package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.FileStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The batches that run. Any thread may call it. */
final class RunningBatches {
  private final FileStore files;
  private final Map<Long, RunningBatch> running = new ConcurrentHashMap<>();

  RunningBatches(FileStore files) {
    this.files = files;
  }

  /** False if it runs already. */
  boolean begin(Batch batch) {
    var begun = new RunningBatch(batch, input(batch));
    return running.putIfAbsent(batch.sequence(), begun) == null;
  }

  private Manifest input(Batch batch) {
    return files
        .content(batch.inputFileId())
        .orElseThrow(() ->
            new IllegalStateException(
                "input %s of %s has no content".formatted(batch.inputFileId(), batch.id())));
  }

  RunningBatch get(long batch) {
    RunningBatch found = running.get(batch);
    if (found == null) {
      throw new IllegalStateException("batch " + batch + " is not running");
    }
    return found;
  }

  void end(long batch) {
    running.remove(batch);
  }
}
