package dev.nightjar.engine;

import dev.nightjar.batch.Batch;
import dev.nightjar.file.Manifest;
import dev.nightjar.store.BatchStore.FinishedFiles;
import dev.nightjar.store.ContentReader;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Stores;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Ends batches whose chunks are all sealed. If the process dies before the end is stored, the next
 * start finishes them; a batch that has ended stays as it is.
 *
 * @param outputLife how long output files are kept where the batch does not say; null for ever
 */
record Finisher(Stores stores, ObjectStore objects, NewIds ids, @Nullable Duration outputLife) {
  Batch finish(long sequence) throws IOException {
    Batch batch = stores.batches().batch(sequence).orElseThrow();
    checkReadable(sequence);
    Long seconds = batch.outputExpiresAfterSeconds();
    Duration life = seconds == null ? outputLife : Duration.ofSeconds(seconds);
    return stores.batches().finish(sequence, new FinishedFiles(ids.newFile(), ids.newFile(), life));
  }

  /** A batch ends only with files that can be read: one with a hole is never served. */
  private void checkReadable(long sequence) throws IOException {
    var files = new Manifest(stores.chunks().sealedObjects(sequence));
    try (var reader = new ContentReader(objects, files)) {
      reader.check(0, files.bytes());
    }
  }
}
