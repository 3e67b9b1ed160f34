package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.BatchId;
import dev.nightjar.file.FileId;
import dev.nightjar.store.BatchStore.CreateOutcome;
import dev.nightjar.store.BatchStore.Created;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.BatchStore.Origin;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What every BatchStore makes of a creation that is sent again. */
public abstract class IdempotencyContract extends StoresContract {
  private static final Duration WITHIN = Duration.ofMinutes(15);

  private int batches;

  private NewBatch asked(@Nullable String key, String hash, int retry) {
    batches++;
    return new NewBatch(
        new BatchId("batch_" + batches),
        Samples.PROJECT,
        "/v1/embeddings",
        new FileId("file-in"),
        "24h",
        Duration.ofHours(24),
        Map.of(),
        null,
        new Origin(key, hash, "earlier " + hash, retry, WITHIN));
  }

  private Created create(@Nullable String key, String hash, int retry) {
    return stores.batches().createBatch(asked(key, hash, retry));
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
    at(NOW.plus(Duration.ofDays(400)));
    assertKnown(create("k", "a", 2), first);
    reopen();
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

  @Test
  @Tag("H1")
  void rowOfTheEarlierKindIsComparedTheEarlierWay() {
    Created keyed = create("k", "earlier a", 0);
    Created retried = create(null, "earlier b", 0);

    assertKnown(create("k", "a", 0), keyed);
    assertThat(create("k", "b", 0).outcome()).isEqualTo(CreateOutcome.KEY_REUSED);
    assertKnown(create(null, "b", 1), retried);
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

    at(NOW.plus(WITHIN));
    assertKnown(create(null, "a", 1), first);
    at(NOW.plus(WITHIN).plusMillis(1));
    assertNew(create(null, "a", 1));
  }

  @Test
  void oneBatchComesOfManyAtTheSameTime() throws Exception {
    List<Callable<Created>> creations =
        IntStream.range(0, 50)
            .mapToObj(_ -> asked("k", "a", 0))
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
