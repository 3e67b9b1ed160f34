package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static dev.nightjar.store.Samples.files;
import static dev.nightjar.store.Samples.inProgress;
import static dev.nightjar.store.Samples.newBatch;
import static dev.nightjar.store.Samples.sealAll;
import static dev.nightjar.store.Samples.validating;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.file.FileId;
import dev.nightjar.store.MetaStore.BatchFilter;
import dev.nightjar.store.MetaStore.BatchQuery;
import dev.nightjar.store.MetaStore.NewBatch;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every MetaStore does with batches until their chunks are sealed. */
public abstract class MetaStoreContract {
  private static final Instant LATER = NOW.plusMillis(5_001);

  @TempDir protected Path directory;
  private MetaStore store;

  /** Opens the store of this directory, which may have been used before. */
  protected abstract MetaStore open(Path directory);

  @BeforeEach
  void openStore() {
    store = open(directory);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  private Batch batch(Batch batch) {
    return store.batch(batch.sequence()).orElseThrow();
  }

  // ---- create and find

  @Test
  void createdBatchIsFoundAsItWas() {
    var asked =
        new NewBatch(
            new BatchId("batch_1"),
            PROJECT,
            "/v1/embeddings",
            new FileId("file-in"),
            "24h",
            NOW,
            LATER,
            Map.of("naïve \"key\"", "value\n", "b", ""),
            3_600L,
            null);

    Batch batch = store.createBatch(asked).batch();

    assertThat(batch.status()).isEqualTo(BatchStatus.VALIDATING);
    assertThat(batch.metadata()).isEqualTo(asked.metadata());
    assertThat(batch.outputExpiresAfterSeconds()).isEqualTo(3_600L);
    assertThat(batch.stamps().createdAt()).isEqualTo(NOW);
    assertThat(batch.stamps().expiresAt()).isEqualTo(LATER);
    assertThat(batch.counts()).isEqualTo(RequestCounts.NONE);
    assertThat(batch.model()).isNull();
    assertThat(batch.ending()).isNull();
    assertThat(batch.outputFileId()).isNull();
    assertThat(store.batch(PROJECT, asked.id())).contains(batch);
    assertThat(store.batch("other", asked.id())).isEmpty();
    assertThat(store.batch(batch.sequence())).contains(batch);
    assertThat(store.batch(batch.sequence() + 1)).isEmpty();
  }

  @Test
  void createMayBeRepeated() {
    Batch first = validating(store, "batch_1");

    assertThat(validating(store, "batch_1")).isEqualTo(first);
    assertThat(store.unfinished()).containsExactly(first);
  }

  @Test
  void pagesAreNewestFirstAndThenLastToArriveFirst() {
    store.createBatch(newBatch("batch_b", NOW.plusMillis(1)));
    store.createBatch(newBatch("batch_c", NOW.plusMillis(1)));
    store.createBatch(newBatch("batch_a", NOW));

    var all = new ArrayList<String>();
    var page = store.batches(new BatchQuery(PROJECT, null, 2));
    while (!page.isEmpty()) {
      page.forEach(batch -> all.add(batch.id().value()));
      page = store.batches(new BatchQuery(PROJECT, page.getLast(), 2));
    }

    assertThat(all).containsExactly("batch_c", "batch_b", "batch_a");
    assertThat(store.batches(new BatchQuery("other", null, 2))).isEmpty();
  }

  @Test
  void pagesHoldOnlyWhatMeetsTheFilter() {
    store.createBatch(newBatch("batch_a", NOW));
    Batch running = inProgress(store, "batch_b", 1);
    var filter =
        new BatchFilter(BatchStatus.IN_PROGRESS, "llama", NOW, NOW.plusMillis(1), Map.of());

    assertThat(store.batches(new BatchQuery(PROJECT, null, 9, filter))).containsExactly(running);
    assertThat(store.batches(new BatchQuery(PROJECT, running, 9, filter))).isEmpty();
    assertThat(store.batches(new BatchQuery("other", null, 9, filter))).isEmpty();
  }

  @Test
  void unfinishedBatchesAreOldestFirst() {
    Batch validating = validating(store, "batch_1");
    Batch failed = store.fail(validating(store, "batch_2").sequence(), List.of(), NOW);
    Batch running = inProgress(store, "batch_3", 1);

    assertThat(store.unfinished()).containsExactly(validating, running).doesNotContain(failed);
  }

  @Test
  void everythingIsThereAfterAReopen() {
    Batch batch = inProgress(store, "batch_1", 3);
    Chunk claimed = store.claim(batch.sequence(), 1).getFirst();

    store.close();
    store = open(directory);

    assertThat(store.unfinished()).containsExactly(batch);
    assertThat(store.unsealed()).hasSize(3).contains(claimed.id());
    store.releaseChunks();
    assertThat(store.claim(batch.sequence(), 1).getFirst().epoch()).isEqualTo(2);
  }

  // ---- begin and fail

  @Test
  void beginGivesTheBatchItsChunksAndTotal() {
    Batch batch = inProgress(store, "batch_1", 3);

    assertThat(batch.status()).isEqualTo(BatchStatus.IN_PROGRESS);
    assertThat(batch.stamps().inProgressAt()).isEqualTo(NOW.plusSeconds(1));
    assertThat(batch.counts()).isEqualTo(new RequestCounts(30, 0, 0));
    assertThat(batch.model()).isEqualTo("llama");
    assertThat(store.unsealed()).hasSize(3);
  }

  @Test
  void beginMayBeRepeated() {
    Batch first = inProgress(store, "batch_1", 3);

    assertThat(Samples.begin(store, first, 3, LATER)).isEqualTo(first);
    assertThat(store.unsealed()).hasSize(3);
  }

  @Test
  void batchCancelledWhileValidatingGetsNoChunks() {
    Batch batch = validating(store, "batch_1");
    store.cancel(PROJECT, batch.id(), LATER);

    assertThat(Samples.begin(store, batch, 3, LATER).status()).isEqualTo(BatchStatus.CANCELLING);
    assertThat(store.fail(batch.sequence(), List.of(), LATER).status())
        .isEqualTo(BatchStatus.CANCELLING);
    assertThat(store.unsealed()).isEmpty();

    Batch ended = store.finish(batch.sequence(), files(batch), LATER);
    assertThat(ended.status()).isEqualTo(BatchStatus.CANCELLED);
    assertThat(ended.stamps().cancelledAt()).isEqualTo(LATER);
    assertThat(ended.stamps().inProgressAt()).isNull();
    assertThat(ended.counts()).isEqualTo(RequestCounts.NONE);
    assertThat(ended.outputFileId()).isNull();
    assertThat(ended.errorFileId()).isNull();
    assertThat(store.content(files(batch).output())).isEmpty();
  }

  @Test
  void failedBatchKeepsItsErrors() {
    Batch batch = validating(store, "batch_1");
    var errors =
        List.of(
            new BatchError("invalid_url", "line 3 is \"wrong\"", "url", 3L),
            new BatchError("empty_file", "nothing to do", null, null));

    Batch failed = store.fail(batch.sequence(), errors, LATER);

    assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
    assertThat(failed.errors()).isEqualTo(errors);
    assertThat(failed.stamps().failedAt()).isEqualTo(LATER);
    assertThat(failed.stamps().inProgressAt()).isNull();
    assertThat(failed.counts()).isEqualTo(RequestCounts.NONE);
    assertThat(failed.errorsTotal()).isEqualTo(2);
    assertThat(store.errors(batch.sequence())).isEqualTo(errors);
  }

  @Test
  void failedBatchShowsItsFirstErrorsAndKeepsAll() {
    Batch batch = validating(store, "batch_1");
    List<BatchError> errors =
        LongStream.range(0, 25)
            .mapToObj(line -> new BatchError("invalid_url", "wrong", "url", line))
            .toList();

    Batch failed = store.fail(batch.sequence(), errors, LATER);
    store.fail(batch.sequence(), errors, LATER);

    assertThat(failed.errors()).isEqualTo(errors.subList(0, Batch.ERRORS_SHOWN));
    assertThat(failed.errorsTotal()).isEqualTo(25);
    assertThat(store.errors(batch.sequence())).isEqualTo(errors);
    assertThat(store.errors(99)).isEmpty();
  }

  // ---- cancel and expire

  @Test
  void cancelStopsARunningBatchOnce() {
    Batch batch = inProgress(store, "batch_1", 1);

    Batch cancelling = store.cancel(PROJECT, batch.id(), LATER).orElseThrow();

    assertThat(cancelling.status()).isEqualTo(BatchStatus.CANCELLING);
    assertThat(cancelling.ending()).isEqualTo(Ending.CANCELLED);
    assertThat(cancelling.stamps().cancellingAt()).isEqualTo(LATER);
    assertThat(store.cancel(PROJECT, batch.id(), LATER.plusSeconds(1))).contains(cancelling);
    assertThat(store.expire(batch.sequence(), LATER.plusSeconds(1))).isEqualTo(cancelling);
    assertThat(store.cancel("other", batch.id(), LATER)).isEmpty();
  }

  @Test
  void cancellingStaysCancellingWhenItsLastChunkIsSealed() {
    Batch batch = inProgress(store, "batch_1", 2);
    store.cancel(PROJECT, batch.id(), LATER);

    sealAll(store, batch);

    assertThat(batch(batch).status()).isEqualTo(BatchStatus.CANCELLING);
    assertThat(batch(batch).stamps().finalizingAt()).isNull();
    Batch ended = store.finish(batch.sequence(), files(batch), LATER);
    assertThat(ended.status()).isEqualTo(BatchStatus.CANCELLED);
    assertThat(ended.counts()).isEqualTo(new RequestCounts(20, 16, 4));
    assertThat(ended.outputFileId()).isNotNull();
  }

  @Test
  void cancelOfAFinalizingBatchChangesNothing() {
    Batch batch = inProgress(store, "batch_1", 1);
    sealAll(store, batch);
    Batch finalizing = batch(batch);

    assertThat(finalizing.status()).isEqualTo(BatchStatus.FINALIZING);
    assertThat(store.cancel(PROJECT, batch.id(), LATER)).contains(finalizing);
    assertThat(store.expire(batch.sequence(), LATER)).isEqualTo(finalizing);
    assertThat(store.finish(batch.sequence(), files(batch), LATER).status())
        .isEqualTo(BatchStatus.COMPLETED);
  }

  @Test
  void batchThatCouldNotBeValidatedUntilItsDeadlineExpiresWithoutFiles() {
    Batch batch = validating(store, "batch_1");

    Batch expiring = store.expire(batch.sequence(), LATER);
    Batch ended = store.finish(batch.sequence(), files(batch), LATER);

    assertThat(expiring.status()).isEqualTo(BatchStatus.FINALIZING);
    assertThat(ended.status()).isEqualTo(BatchStatus.EXPIRED);
    assertThat(ended.stamps().inProgressAt()).isNull();
    assertThat(ended.outputFileId()).isNull();
    assertThat(ended.errorFileId()).isNull();
  }

  @Test
  void expiredBatchKeepsItsAnswers() {
    Batch batch = inProgress(store, "batch_1", 2);

    Batch expiring = store.expire(batch.sequence(), LATER);
    sealAll(store, batch);
    Batch ended = store.finish(batch.sequence(), files(batch), LATER.plusSeconds(1));

    assertThat(expiring.status()).isEqualTo(BatchStatus.FINALIZING);
    assertThat(expiring.ending()).isEqualTo(Ending.EXPIRED);
    assertThat(ended.status()).isEqualTo(BatchStatus.EXPIRED);
    assertThat(ended.stamps().finalizingAt()).isEqualTo(LATER);
    assertThat(ended.stamps().expiredAt()).isEqualTo(LATER.plusSeconds(1));
    assertThat(ended.stamps().completedAt()).isNull();
    assertThat(ended.outputFileId()).isNotNull();
  }
}
