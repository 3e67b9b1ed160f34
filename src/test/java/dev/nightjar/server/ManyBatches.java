package dev.nightjar.server;

import dev.nightjar.NodeFixture;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.file.FileId;
import dev.nightjar.store.BatchStore.FinishedFiles;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.Samples;
import dev.nightjar.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/** Writes batches as a server would have left them, of one line each, many at once. */
final class ManyBatches {
  static final String MODEL = "gpt-5";
  private static final int AT_ONCE = 512;

  private final Stores stores;
  private final NewIds ids = new NewIds(new SecureRandom());
  private final FileId input;
  private final int lineBytes;
  private final Semaphore room = new Semaphore(AT_ONCE);

  ManyBatches(NodeFixture node, Path lines) throws IOException {
    stores = node.stores();
    input = node.upload(lines);
    try (var first = Files.lines(lines)) {
      lineBytes = first.findFirst().orElseThrow().length() + 1;
    }
  }

  /** Of those that have ended each fourth has failed, each fourth was cancelled. */
  void make(int ended, int waiting) throws InterruptedException, ExecutionException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all =
          IntStream.range(0, ended + waiting)
              .<Future<?>>mapToObj(i -> threads.submit(() -> make(i, i >= ended)))
              .toList();
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  private void make(int number, boolean isWaiting) {
    room.acquireUninterruptibly();
    try {
      Batch batch = create(number);
      if (isWaiting || number % 4 < 2) {
        run(batch, isWaiting);
      } else if (number % 4 == 2) {
        stores.batches().fail(batch.sequence(), List.of(new BatchError("invalid", "no", null, 1L)));
      } else {
        stores.batches().cancel(batch.project(), batch.id());
        stores.batches().finish(batch.sequence(), files());
      }
    } finally {
      room.release();
    }
  }

  private Batch create(int number) {
    var asked =
        new NewBatch(
            ids.newBatch(),
            Samples.PROJECT,
            "/v1/chat/completions",
            input,
            "30d",
            Duration.ofDays(30),
            Map.of("team", "team-" + number / 4 % 20, "run", "run-" + number),
            null,
            null);
    return stores.batches().createBatch(asked).batch();
  }

  private void run(Batch batch, boolean isWaiting) {
    var chunk = new Chunk(new ChunkId(batch.sequence(), 0), 0, 0, 1, 0, lineBytes);
    Samples.begin(stores, batch.sequence(), new ValidInput(MODEL, 1, List.of(chunk)));
    if (!isWaiting) {
      for (Chunk claimed : stores.chunks().claim(batch.sequence(), 1)) {
        stores.chunks().seal(new Seal(claimed.id(), claimed.epoch(), 0, 0, 1, 0, Usage.NONE));
      }
      stores.batches().finish(batch.sequence(), files());
    }
  }

  private FinishedFiles files() {
    return new FinishedFiles(ids.newFile(), ids.newFile(), null);
  }
}
