package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.BatchId;
import dev.nightjar.file.FileId;
import dev.nightjar.store.BatchStore.CreateOutcome;
import dev.nightjar.store.BatchStore.Created;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.BatchStore.Origin;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every BatchStore makes of a creation that is sent again. */
public abstract class IdempotencyContract {
  private static final Duration WITHIN = Duration.ofMinutes(15);

  @TempDir protected Path directory;
  private Stores stores;
  private int batches;

  /** Opens the store of this directory, which may have been used before. */
  protected abstract Stores open(Path directory);

  @BeforeEach
  void openStore() {
    stores = open(directory);
  }

  @AfterEach
  void closeStore() {
    stores.close();
  }

  private NewBatch asked(String project, @Nullable String key, String hash, int retry, Instant at) {
    batches++;
    return new NewBatch(
        new BatchId("batch_" + batches),
        project,
        "/v1/embeddings",
        new FileId("file-in"),
        "24h",
        at,
        at.plusSeconds(86_400),
        Map.of(),
        null,
        new Origin(key, hash, retry, at.minus(WITHIN)));
  }

  private Created create(@Nullable String key, String hash, int retry) {
    return stores.batches().createBatch(asked(Samples.PROJECT, key, hash, retry, NOW));
  }

  private void assertKnown(Created created, Created earlier) {
    assertThat(created.outcome()).isEqualTo(CreateOutcome.KNOWN);
    assertThat(created.batch()).isEqualTo(earlier.batch());
  }

  private void assertNew(Created created) {
    assertThat(created.outcome()).isEqualTo(CreateOutcome.NEW);
    assertThat(created.batch().id().value()).isEqualTo("batch_" + batches);
  }

  // ---- with a key

  @Test
  void keyNamesOneBatchForEver() {
    Created first = create("k", "a", 0);
    assertNew(first);

    assertKnown(create("k", "a", 0), first);
    assertKnown(
        stores
            .batches()
            .createBatch(asked(Samples.PROJECT, "k", "a", 2, NOW.plus(Duration.ofDays(400)))),
        first);
    stores.close();
    stores = open(directory);
    assertKnown(create("k", "a", 1), first);
  }

  @Test
  void keyWithAnotherBodyIsSaid() {
    Created first = create("k", "a", 0);

    Created other = create("k", "b", 0);

    assertThat(other.outcome()).isEqualTo(CreateOutcome.KEY_REUSED);
    assertThat(other.batch()).isEqualTo(first.batch());
    assertNew(create("l", "b", 0));
  }

  @Test
  void keyMakesARetryItself() {
    create(null, "a", 0);

    assertNew(create("k", "a", 1));
  }

  // ---- without a key

  @Test
  void equalRequestsAreDifferentBatches() {
    assertNew(create(null, "a", 0));
    assertNew(create(null, "a", 0));
  }

  @Test
  void retryIsTheRequestBeforeIt() {
    Created first = create(null, "a", 0);

    assertKnown(create(null, "a", 1), first);
    assertKnown(create(null, "a", 2), first);
  }

  @Test
  void retryOfARequestThatNeverCameIsTheFirst() {
    Created first = create(null, "a", 1);
    assertNew(first);

    assertKnown(create(null, "a", 2), first);
    assertNew(create(null, "a", 1));
  }

  @Test
  void anotherBodyOrProjectIsAnotherRequest() {
    create(null, "a", 0);
    create("k", "c", 0);

    assertNew(create(null, "b", 1));
    assertNew(create(null, "c", 1));
  }

  @Test
  void retryIsRecognisedForAQuarterOfAnHour() {
    Created first = create(null, "a", 0);

    assertKnown(
        stores.batches().createBatch(asked(Samples.PROJECT, null, "a", 1, NOW.plus(WITHIN))),
        first);
    assertNew(
        stores
            .batches()
            .createBatch(asked(Samples.PROJECT, null, "a", 1, NOW.plus(WITHIN).plusMillis(1))));
  }

  @Test
  void oneBatchComesOfManyAtTheSameTime() throws Exception {
    List<Callable<Created>> creations =
        IntStream.range(0, 50)
            .mapToObj(_ -> asked(Samples.PROJECT, "k", "a", 0, NOW))
            .map(asked -> (Callable<Created>) () -> stores.batches().createBatch(asked))
            .toList();

    try (var threads = Executors.newFixedThreadPool(16)) {
      long created = 0;
      for (Future<Created> future : threads.invokeAll(creations)) {
        created += future.get().outcome() == CreateOutcome.NEW ? 1 : 0;
      }
      assertThat(created).isEqualTo(1);
    }
  }
}
