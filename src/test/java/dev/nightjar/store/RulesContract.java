package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.answers;
import static dev.nightjar.store.Samples.entries;
import static dev.nightjar.store.Samples.entry;
import static dev.nightjar.store.Samples.inProgress;
import static dev.nightjar.store.Samples.seal;
import static dev.nightjar.store.Samples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.store.AnswerLog.Entry;
import dev.nightjar.store.ChunkStore.SealOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules R1 to R5 (docs/design.md#the-five-rules), the same for every tier of stores. */
public abstract class RulesContract {
  @TempDir protected Path directory;
  private Instant now = NOW;
  private Tier tier;
  private Stores stores;
  private AnswerLog log;

  protected abstract Tier open(Path directory, InstantSource clock) throws IOException;

  @BeforeEach
  void openStores() throws IOException {
    use(open(directory, () -> now));
  }

  private void use(Tier opened) {
    tier = opened;
    stores = opened.stores();
    log = opened.log();
  }

  @AfterEach
  void closeStores() throws IOException {
    tier.close();
  }

  // ---- R1

  @Test
  void appendIsFencedByChunkAndEpochWithAVerdictPerChunk() throws IOException {
    List<Chunk> mine = claim(inProgress(stores, "batch_1", 2));
    ChunkId kept = mine.get(0).id();
    ChunkId lost = mine.get(1).id();
    log.take(lost, 2);

    var refused = log.append(List.of(entry(lost, 1, 0, "late"), entry(kept, 1, 0, "kept")));

    assertThat(refused).containsExactly(lost);
    assertThat(answers(log, kept)).containsEntry(0, "kept");
    assertThat(answers(log, lost)).isEmpty();
  }

  @Test
  void takenOverChunkRefusesItsOldOwner() throws IOException {
    ChunkId chunk = claim(inProgress(stores, "batch_1", 1)).getFirst().id();
    log.append(List.of(entry(chunk, 1, 0, "before")));

    var held = log.take(chunk, 2);
    var refused = log.append(List.of(entry(chunk, 1, 1, "after")));

    assertThat(held.stream()).containsExactly(0);
    assertThat(refused).containsExactly(chunk);
    assertThat(answers(log, chunk)).hasSize(1).containsEntry(0, "before");
    assertThat(log.append(List.of(entry(chunk, 2, 1, "new owner")))).isEmpty();
  }

  @Test
  void olderEpochNeverTakesAChunkBack() throws IOException {
    ChunkId chunk = claim(inProgress(stores, "batch_1", 1)).getFirst().id();
    log.take(chunk, 3);

    log.take(chunk, 2);

    assertThat(log.append(List.of(entry(chunk, 2, 0, "old")))).containsExactly(chunk);
    assertThat(log.append(List.of(entry(chunk, 3, 0, "current")))).isEmpty();
  }

  // ---- R2

  @Test
  void onlyTheOwnerOfTheCurrentEpochSeals() {
    Batch batch = inProgress(stores, "batch_1", 1);
    Chunk old = stores.chunks().claim(batch.sequence(), 1).getFirst();
    stores.chunks().releaseChunks();

    assertThat(stores.chunks().seal(seal(old)))
        .as("while nobody has it")
        .isEqualTo(SealOutcome.FENCED);
    Chunk current = stores.chunks().claim(batch.sequence(), 1).getFirst();
    assertThat(stores.chunks().seal(seal(old)))
        .as("while another has it")
        .isEqualTo(SealOutcome.FENCED);

    assertThat(current.epoch()).isEqualTo(old.epoch() + 1);
    assertThat(counts(batch)).isEqualTo(new RequestCounts(10, 0, 0));
    assertThat(stores.chunks().seal(seal(current))).isEqualTo(SealOutcome.SEALED_LAST);
    assertThat(stores.chunks().seal(seal(old))).as("after its seal").isEqualTo(SealOutcome.FENCED);
    assertThat(counts(batch)).isEqualTo(new RequestCounts(10, 8, 2));
  }

  // ---- R3

  @Test
  void firstAnswerOfALineWinsAndDoublesAreCounted() throws IOException {
    ChunkId chunk = claim(inProgress(stores, "batch_1", 1)).getFirst().id();
    log.append(List.of(entry(chunk, 1, 0, "first"), entry(chunk, 1, 0, "same group")));
    log.append(List.of(entry(chunk, 1, 0, "next group"), entry(chunk, 1, 1, "other")));
    log.take(chunk, 2);
    log.append(List.of(entry(chunk, 2, 1, "next owner")));

    int doubles = log.read(chunk, (_, _) -> {});

    assertThat(doubles).isEqualTo(3);
    assertThat(answers(log, chunk)).containsEntry(0, "first").containsEntry(1, "other");
  }

  @Test
  void unknownCommitOutcomeIsRepeatedWithoutLoss() throws IOException {
    ChunkId chunk = claim(inProgress(stores, "batch_1", 1)).getFirst().id();
    List<Entry> group = entries(chunk, 1, 10);
    log.append(group.subList(0, 6));

    assertThat(log.append(group)).isEmpty();

    assertThat(answers(log, chunk)).hasSize(10).containsEntry(9, text(chunk, 9));
    assertThat(log.read(chunk, (_, _) -> {})).isEqualTo(6);
  }

  // ---- R4

  @Test
  void countsAndUsageAreChargedOncePerChunk() {
    Batch batch = inProgress(stores, "batch_1", 3);

    List<Chunk> chunks = stores.chunks().claim(batch.sequence(), 3);
    assertThat(stores.chunks().seal(seal(chunks.get(1)))).isEqualTo(SealOutcome.SEALED);
    assertThat(stores.chunks().seal(seal(chunks.get(0)))).isEqualTo(SealOutcome.SEALED);

    assertThat(counts(batch)).isEqualTo(new RequestCounts(30, 16, 4));
    assertThat(usage(batch)).isEqualTo(new Usage(2_000, 200, 400, 40));
    assertThat(stores.chunks().unsealed()).containsExactly(chunks.get(2).id());
  }

  @Test
  void repeatedSealChargesNothing() {
    Batch batch = inProgress(stores, "batch_1", 2);
    List<Chunk> chunks = stores.chunks().claim(batch.sequence(), 2);
    stores.chunks().seal(seal(chunks.get(0)));

    assertThat(stores.chunks().seal(seal(chunks.get(0)))).isEqualTo(SealOutcome.SEALED);
    assertThat(stores.chunks().seal(seal(chunks.get(1)))).isEqualTo(SealOutcome.SEALED_LAST);
    assertThat(stores.chunks().seal(seal(chunks.get(1)))).isEqualTo(SealOutcome.SEALED_LAST);

    assertThat(counts(batch)).isEqualTo(new RequestCounts(20, 16, 4));
    assertThat(usage(batch)).isEqualTo(new Usage(2_000, 200, 400, 40));
  }

  @Test
  void sealRepeatedAfterTheBatchEndedIsNotFenced() {
    Batch batch = inProgress(stores, "batch_1", 1);
    Chunk chunk = stores.chunks().claim(batch.sequence(), 1).getFirst();
    stores.chunks().seal(seal(chunk));
    Batch ended = stores.batches().finish(batch.sequence(), Samples.files(batch));

    // Fenced would mean: delete these objects, and the output file consists of them.
    assertThat(stores.chunks().seal(seal(chunk))).isEqualTo(SealOutcome.SEALED_LAST);
    assertThat(stores.batches().batch(batch.sequence())).contains(ended);
    var older = new Chunk(chunk.id(), chunk.epoch() - 1, 0, 10, 0, 1_000);
    assertThat(stores.chunks().seal(seal(older))).isEqualTo(SealOutcome.FENCED);
  }

  @Test
  void lastSealAndFinalizingAreOneTransaction() throws Exception {
    try (var threads = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 30; round++) {
        Batch batch = inProgress(stores, "batch_" + round, 2);
        List<Chunk> chunks = stores.chunks().claim(batch.sequence(), 2);
        stores.chunks().seal(seal(chunks.get(0)));
        now = now.plusSeconds(9);

        var seen = threads.submit((Callable<BatchStatus>) () -> statusOnceSealed(batch));
        stores.chunks().seal(seal(chunks.get(1)));

        assertThat(seen.get()).isEqualTo(BatchStatus.FINALIZING);
        Batch sealed = stores.batches().batch(batch.sequence()).orElseThrow();
        assertThat(sealed.stamps().finalizingAt()).isEqualTo(now);
      }
    }
  }

  /** The status at the first moment that the batch has no unsealed chunk. */
  private BatchStatus statusOnceSealed(Batch batch) {
    while (stores.chunks().unsealed().stream()
        .anyMatch(chunk -> chunk.batch() == batch.sequence())) {
      Thread.onSpinWait();
    }
    return stores.batches().batch(batch.sequence()).orElseThrow().status();
  }

  // ---- R5

  @Test
  void logForgetsOnlyAfterTheSeal() throws IOException {
    Batch batch = inProgress(stores, "batch_1", 2);
    List<Chunk> chunks = claim(batch);
    ChunkId chunk = chunks.getFirst().id();
    log.append(entries(chunk, 1, 10));

    reopen();
    assertThat(answers(log, chunk)).as("not sealed").hasSize(10);
    stores.chunks().releaseChunks();
    Chunk again = claim(batch).getFirst();
    stores.chunks().seal(seal(again));
    assertThat(answers(log, chunk)).as("sealed, not forgotten").hasSize(10);
    log.forget(chunk);

    assertThat(answers(log, chunk)).isEmpty();
    assertThatCode(() -> log.forget(chunk)).as("forgotten twice").doesNotThrowAnyException();
  }

  @Test
  void sealedChunkIsDroppedAtReopenEvenIfItWasNotForgotten() throws IOException {
    Batch batch = inProgress(stores, "batch_1", 2);
    List<Chunk> chunks = claim(batch);
    for (Chunk chunk : chunks) {
      log.append(entries(chunk.id(), 1, 10));
    }
    stores.chunks().seal(seal(chunks.get(0)));

    reopen();

    assertThat(answers(log, chunks.get(0).id())).isEmpty();
    assertThat(answers(log, chunks.get(1).id())).hasSize(10);
  }

  @Test
  void outputFileConsistsOfTheSealedObjects() throws IOException {
    Batch batch = inProgress(stores, "batch_1", 1);
    Chunk chunk = stores.chunks().claim(batch.sequence(), 1).getFirst();
    try (var writer = tier.objects().create(ObjectKeys.output(batch.id(), 0, chunk.epoch()))) {
      writer.write(new byte[100]);
      writer.commit();
    }
    stores.chunks().seal(new ChunkStore.Seal(chunk.id(), chunk.epoch(), 100, 0, 10, 0, Usage.NONE));
    stores.batches().finish(batch.sequence(), Samples.files(batch));

    var content = stores.files().content(Samples.files(batch).output()).orElseThrow();
    try (var reader = new ContentReader(tier.objects(), content)) {
      assertThat(reader.length()).isEqualTo(100);
      assertThat(reader.read(0, 100)).hasSize(100);
    }
  }

  private List<Chunk> claim(Batch batch) throws IOException {
    var claimed = new ArrayList<Chunk>();
    for (Chunk chunk : stores.chunks().claim(batch.sequence(), Integer.MAX_VALUE)) {
      log.take(chunk.id(), chunk.epoch());
      claimed.add(chunk);
    }
    return claimed;
  }

  private void reopen() throws IOException {
    tier.close();
    use(open(directory, () -> now));
  }

  private RequestCounts counts(Batch batch) {
    return stores.batches().batch(batch.sequence()).orElseThrow().counts();
  }

  private Usage usage(Batch batch) {
    return stores.batches().batch(batch.sequence()).orElseThrow().usage();
  }
}
