package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.MetaStore;
import dev.nightjar.store.ObjectStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The batches that run, each with its open input. Any thread may call it. */
final class OpenInputs implements AutoCloseable {
  private final MetaStore meta;
  private final ObjectStore objects;
  private final Map<Long, OpenInput> running = new ConcurrentHashMap<>();

  OpenInputs(MetaStore meta, ObjectStore objects) {
    this.meta = meta;
    this.objects = objects;
  }

  /** False if it runs already. */
  boolean begin(Batch batch) {
    var content = new ContentReader(objects, input(batch));
    return running.putIfAbsent(batch.sequence(), new OpenInput(batch, content)) == null;
  }

  private Manifest input(Batch batch) {
    return meta.content(batch.inputFileId())
        .orElseThrow(() ->
            new IllegalStateException(
                "input %s of %s has no content".formatted(batch.inputFileId(), batch.id())));
  }

  OpenInput get(long batch) {
    OpenInput found = running.get(batch);
    if (found == null) {
      throw new IllegalStateException("batch " + batch + " is not running");
    }
    return found;
  }

  /** Closes its input, if it has one. */
  void end(long batch) {
    OpenInput ended = running.remove(batch);
    if (ended != null) {
      ended.close();
    }
  }

  @Override
  public void close() {
    running.values().forEach(OpenInput::close);
  }
}
