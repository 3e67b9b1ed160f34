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
import dev.nightjar.store.BatchStore.BatchFilter;
import dev.nightjar.store.BatchStore.BatchQuery;
import dev.nightjar.store.BatchStore.NewBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every BatchStore does with batches until their chunks are sealed. */
public abstract class BatchStoreContract extends StoresContract {
  private static final Instant LATER = NOW.plusMillis(5_001);

  private Batch batch(Batch batch) {
    return stores.batches().batch(batch.sequence()).orElseThrow();
  }

  // ---- create and find

  @Test
  void batchWithoutADeadlineNeverExpires() {
    var asked =
        NewBatch.withoutDeadline(
            new BatchId("batch_1"),
            PROJECT,
            "/v1/embeddings",
            new FileId("file-in"),
            "background",
            Map.of());

    Batch batch = stores.batches().createBatch(asked).batch();

    assertThat(batch.stamps().expiresAt()).isNull();
    assertThat(batch.stamps().deadlineMillis()).isEqualTo(Long.MAX_VALUE);
    assertThat(stores.batches().unfinished()).containsExactly(batch);
  }

  @Test
  void createdBatchIsFoundAsItWas() {
    var asked =
        new NewBatch(
            new BatchId("batch_1"),
            PROJECT,
            "/v1/embeddings",
            new FileId("file-in"),
            "24h",
            Duration.ofMinutes(90),
            Map.of("naïve \"key\"", "value\n", "b", ""),
            3_600L,
            null);

    Batch batch = stores.batches().createBatch(asked).batch();

    assertThat(batch.status()).isEqualTo(BatchStatus.VALIDATING);
    assertThat(batch.metadata()).isEqualTo(asked.metadata());
    assertThat(batch.outputExpiresAfterSeconds()).isEqualTo(3_600L);
    assertThat(batch.stamps().createdAt()).isEqualTo(NOW);
    assertThat(batch.stamps().expiresAt()).isEqualTo(NOW.plus(Duration.ofMinutes(90)));
    assertThat(batch.counts()).isEqualTo(RequestCounts.NONE);
    assertThat(batch.model()).isNull();
    assertThat(batch.ending()).isNull();
    assertThat(batch.outputFileId()).isNull();
    assertThat(stores.batches().batch(PROJECT, asked.id())).contains(batch);
    assertThat(stores.batches().batch("other", asked.id())).isEmpty();
    assertThat(stores.batches().batch(batch.sequence())).contains(batch);
    assertThat(stores.batches().batch(batch.sequence() + 1)).isEmpty();
  }

  @Test
  void createMayBeRepeated() {
    Batch first = validating(stores, "batch_1");

    assertThat(validating(stores, "batch_1")).isEqualTo(first);
    assertThat(stores.batches().unfinished()).containsExactly(first);
  }

  @Test
  void pagesAreNewestFirstAndThenLastToArriveFirst() {
    at(NOW.plusMillis(1)).batches().createBatch(newBatch("batch_b"));
    stores.batches().createBatch(newBatch("batch_c"));
    at(NOW).batches().createBatch(newBatch("batch_a"));

    var all = new ArrayList<String>();
    var page = stores.batches().batches(new BatchQuery(PROJECT, null, 2));
    while (!page.isEmpty()) {
      page.forEach(batch -> all.add(batch.id().value()));
      page = stores.batches().batches(new BatchQuery(PROJECT, page.getLast(), 2));
    }

    assertThat(all).containsExactly("batch_c", "batch_b", "batch_a");
    assertThat(stores.batches().batches(new BatchQuery("other", null, 2))).isEmpty();
  }

  @Test
  void pagesHoldOnlyWhatMeetsTheFilter() {
    stores.batches().createBatch(newBatch("batch_a"));
    Batch running = inProgress(stores, "batch_b", 1);
    var filter =
        new BatchFilter(BatchStatus.IN_PROGRESS, "llama", NOW, NOW.plusMillis(1), Map.of());

    assertThat(stores.batches().batches(new BatchQuery(PROJECT, null, 9, filter)))
        .containsExactly(running);
    assertThat(stores.batches().batches(new BatchQuery(PROJECT, running, 9, filter))).isEmpty();
    assertThat(stores.batches().batches(new BatchQuery("other", null, 9, filter))).isEmpty();
  }

  @Test
  void unfinishedBatchesAreOldestFirst() {
    Batch validating = validating(stores, "batch_1");
    Batch failed = at(NOW).batches().fail(validating(stores, "batch_2").sequence(), List.of());
    Batch running = inProgress(stores, "batch_3", 1);

    assertThat(stores.batches().unfinished())
        .containsExactly(validating, running)
        .doesNotContain(failed);
  }

  @Test
  void everythingIsThereAfterAReopen() {
    Batch batch = inProgress(stores, "batch_1", 3);
    Chunk claimed = stores.chunks().claim(batch.sequence(), 1).getFirst();

    reopen();

    assertThat(stores.batches().unfinished()).containsExactly(batch);
    assertThat(stores.chunks().unsealed()).hasSize(3).contains(claimed.id());
    stores.chunks().releaseChunks();
    assertThat(stores.chunks().claim(batch.sequence(), 1).getFirst().epoch()).isEqualTo(2);
  }

  // ---- begin and fail

  @Test
  void beginGivesTheBatchItsChunksAndTotal() {
    Batch validating = validating(stores, "batch_1");

    Batch batch = Samples.begin(at(LATER), validating, 3);

    assertThat(batch.status()).isEqualTo(BatchStatus.IN_PROGRESS);
    assertThat(batch.stamps().inProgressAt()).isEqualTo(LATER);
    assertThat(batch.counts()).isEqualTo(new RequestCounts(30, 0, 0));
    assertThat(batch.model()).isEqualTo("llama");
    assertThat(stores.chunks().unsealed()).hasSize(3);
  }

  @Test
  void beginMayBeRepeated() {
    Batch first = inProgress(stores, "batch_1", 3);

    assertThat(Samples.begin(at(LATER), first, 3)).isEqualTo(first);
    assertThat(stores.chunks().unsealed()).hasSize(3);
  }

  @Test
  void batchCancelledWhileValidatingGetsNoChunks() {
    Batch batch = validating(stores, "batch_1");
    at(LATER).batches().cancel(PROJECT, batch.id());

    assertThat(Samples.begin(at(LATER), batch, 3).status()).isEqualTo(BatchStatus.CANCELLING);
    assertThat(at(LATER).batches().fail(batch.sequence(), List.of()).status())
        .isEqualTo(BatchStatus.CANCELLING);
    assertThat(stores.chunks().unsealed()).isEmpty();

    Batch ended = at(LATER).batches().finish(batch.sequence(), files(batch));
    assertThat(ended.status()).isEqualTo(BatchStatus.CANCELLED);
    assertThat(ended.stamps().cancelledAt()).isEqualTo(LATER);
    assertThat(ended.stamps().inProgressAt()).isNull();
    assertThat(ended.counts()).isEqualTo(RequestCounts.NONE);
    assertThat(ended.outputFileId()).isNull();
    assertThat(ended.errorFileId()).isNull();
    assertThat(stores.files().content(files(batch).output())).isEmpty();
  }

  @Test
  void failedBatchKeepsItsErrors() {
    Batch batch = validating(stores, "batch_1");
    var errors =
        List.of(
            new BatchError("invalid_url", "line 3 is \"wrong\"", "url", 3L),
            new BatchError("empty_file", "nothing to do", null, null));

    Batch failed = at(LATER).batches().fail(batch.sequence(), errors);

    assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
    assertThat(failed.errors()).isEqualTo(errors);
    assertThat(failed.stamps().failedAt()).isEqualTo(LATER);
    assertThat(failed.stamps().inProgressAt()).isNull();
    assertThat(failed.counts()).isEqualTo(RequestCounts.NONE);
    assertThat(failed.errorsTotal()).isEqualTo(2);
    assertThat(stores.batches().errors(batch.sequence())).isEqualTo(errors);
  }

  @Test
  void failedBatchShowsItsFirstErrorsAndKeepsAll() {
    Batch batch = validating(stores, "batch_1");
    List<BatchError> errors =
        LongStream.range(0, 25)
            .mapToObj(line -> new BatchError("invalid_url", "wrong", "url", line))
            .toList();

    Batch failed = at(LATER).batches().fail(batch.sequence(), errors);
    at(LATER).batches().fail(batch.sequence(), errors);

    assertThat(failed.errors()).isEqualTo(errors.subList(0, Batch.ERRORS_SHOWN));
    assertThat(failed.errorsTotal()).isEqualTo(25);
    assertThat(stores.batches().errors(batch.sequence())).isEqualTo(errors);
    assertThat(stores.batches().errors(99)).isEmpty();
  }

  // ---- cancel and expire

  @Test
  void cancelStopsARunningBatchOnce() {
    Batch batch = inProgress(stores, "batch_1", 1);

    Batch cancelling = at(LATER).batches().cancel(PROJECT, batch.id()).orElseThrow();

    assertThat(cancelling.status()).isEqualTo(BatchStatus.CANCELLING);
    assertThat(cancelling.ending()).isEqualTo(Ending.CANCELLED);
    assertThat(cancelling.stamps().cancellingAt()).isEqualTo(LATER);
    assertThat(at(LATER.plusSeconds(1)).batches().cancel(PROJECT, batch.id())).contains(cancelling);
    assertThat(at(LATER.plusSeconds(1)).batches().expire(batch.sequence())).isEqualTo(cancelling);
    assertThat(at(LATER).batches().cancel("other", batch.id())).isEmpty();
  }

  @Test
  void cancellingStaysCancellingWhenItsLastChunkIsSealed() {
    Batch batch = inProgress(stores, "batch_1", 2);
    at(LATER).batches().cancel(PROJECT, batch.id());

    sealAll(stores, batch);

    assertThat(batch(batch).status()).isEqualTo(BatchStatus.CANCELLING);
    assertThat(batch(batch).stamps().finalizingAt()).isNull();
    Batch ended = at(LATER).batches().finish(batch.sequence(), files(batch));
    assertThat(ended.status()).isEqualTo(BatchStatus.CANCELLED);
    assertThat(ended.counts()).isEqualTo(new RequestCounts(20, 16, 4));
    assertThat(ended.outputFileId()).isNotNull();
  }

  @Test
  void cancelOfAFinalizingBatchChangesNothing() {
    Batch batch = inProgress(stores, "batch_1", 1);
    sealAll(stores, batch);
    Batch finalizing = batch(batch);

    assertThat(finalizing.status()).isEqualTo(BatchStatus.FINALIZING);
    assertThat(at(LATER).batches().cancel(PROJECT, batch.id())).contains(finalizing);
    assertThat(at(LATER).batches().expire(batch.sequence())).isEqualTo(finalizing);
    assertThat(at(LATER).batches().finish(batch.sequence(), files(batch)).status())
        .isEqualTo(BatchStatus.COMPLETED);
  }

  @Test
  void batchThatCouldNotBeValidatedUntilItsDeadlineExpiresWithoutFiles() {
    Batch batch = validating(stores, "batch_1");

    Batch expiring = at(LATER).batches().expire(batch.sequence());
    Batch ended = at(LATER).batches().finish(batch.sequence(), files(batch));

    assertThat(expiring.status()).isEqualTo(BatchStatus.FINALIZING);
    assertThat(ended.status()).isEqualTo(BatchStatus.EXPIRED);
    assertThat(ended.stamps().inProgressAt()).isNull();
    assertThat(ended.outputFileId()).isNull();
    assertThat(ended.errorFileId()).isNull();
  }

  @Test
  void expiredBatchKeepsItsAnswers() {
    Batch batch = inProgress(stores, "batch_1", 2);

    Batch expiring = at(LATER).batches().expire(batch.sequence());
    sealAll(stores, batch);
    Batch ended = at(LATER.plusSeconds(1)).batches().finish(batch.sequence(), files(batch));

    assertThat(expiring.status()).isEqualTo(BatchStatus.FINALIZING);
    assertThat(expiring.ending()).isEqualTo(Ending.EXPIRED);
    assertThat(ended.status()).isEqualTo(BatchStatus.EXPIRED);
    assertThat(ended.stamps().finalizingAt()).isEqualTo(LATER);
    assertThat(ended.stamps().expiredAt()).isEqualTo(LATER.plusSeconds(1));
    assertThat(ended.stamps().completedAt()).isNull();
    assertThat(ended.outputFileId()).isNotNull();
  }
}
