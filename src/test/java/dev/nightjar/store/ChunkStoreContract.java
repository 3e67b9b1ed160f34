package dev.nightjar.store;

import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static dev.nightjar.store.Samples.files;
import static dev.nightjar.store.Samples.inProgress;
import static dev.nightjar.store.Samples.seal;
import static dev.nightjar.store.Samples.sealAll;
import static dev.nightjar.store.Samples.validating;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.MetaStore.Seal;
import dev.nightjar.store.MetaStore.StoreException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every MetaStore does with chunks, and with a batch whose chunks are sealed. */
public abstract class ChunkStoreContract {
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

  // ---- finish

  @Test
  void objectsOfWhatIsSealedAreKnownBeforeTheFilesAre() {
    Batch batch = inProgress(store, "batch_1", 3);
    List<Chunk> chunks = store.claim(batch.sequence(), 3);
    assertThat(store.sealedObjects(batch.sequence())).isEmpty();

    store.seal(new Seal(chunks.get(1).id(), 1, 0, 70, 0, 10, Usage.NONE), NOW);
    store.seal(new Seal(chunks.get(0).id(), 1, 50, 60, 5, 5, Usage.NONE), NOW);

    assertThat(store.sealedObjects(batch.sequence()))
        .containsExactly(
            new Piece(ObjectKeys.output(batch.id(), 0, 1), 50),
            new Piece(ObjectKeys.error(batch.id(), 0, 1), 60),
            new Piece(ObjectKeys.error(batch.id(), 1, 1), 70));
  }

  @Test
  void outputIsTheSealsInChunkOrder() {
    Batch batch = inProgress(store, "batch_1", 3);
    List<Chunk> chunks = store.claim(batch.sequence(), 3);
    store.seal(seal(chunks.get(2)), NOW);
    store.seal(seal(chunks.get(0)), NOW);
    store.seal(new Seal(chunks.get(1).id(), 1, 0, 70, 0, 10, Usage.NONE), NOW);

    Batch ended = store.finish(batch.sequence(), files(batch), LATER);

    assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
    assertThat(ended.stamps().completedAt()).isEqualTo(LATER);
    assertThat(store.content(files(batch).output()).orElseThrow().pieces())
        .containsExactly(
            new Piece(ObjectKeys.output(batch.id(), 0, 1), 100),
            new Piece(ObjectKeys.output(batch.id(), 2, 1), 102));
    assertThat(store.content(files(batch).error()).orElseThrow().pieces())
        .containsExactly(
            new Piece(ObjectKeys.error(batch.id(), 0, 1), 50),
            new Piece(ObjectKeys.error(batch.id(), 1, 1), 70),
            new Piece(ObjectKeys.error(batch.id(), 2, 1), 50));
    StoredFile output = store.file(PROJECT, files(batch).output(), LATER).orElseThrow();
    assertThat(output.filename()).isEqualTo("batch_1_output.jsonl");
    assertThat(output.purpose()).isEqualTo("batch_output");
    assertThat(output.bytes()).isEqualTo(202);
    assertThat(output.createdAt()).isEqualTo(LATER);
    assertThat(output.expiresAt()).isEqualTo(files(batch).expiresAt());
    assertThat(store.file(PROJECT, files(batch).error(), LATER).orElseThrow().filename())
        .isEqualTo("batch_1_error.jsonl");
  }

  @Test
  void fileWithoutBytesIsNotMade() {
    Batch batch = inProgress(store, "batch_1", 1);
    Chunk chunk = store.claim(batch.sequence(), 1).getFirst();
    store.seal(new Seal(chunk.id(), 1, 0, 70, 0, 10, Usage.NONE), NOW);

    Batch ended = store.finish(batch.sequence(), files(batch), LATER);

    assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
    assertThat(ended.outputFileId()).isNull();
    assertThat(ended.errorFileId()).isEqualTo(files(batch).error());
    assertThat(store.content(files(batch).output())).isEmpty();
  }

  @Test
  void finishedBatchHasNoChunksLeft() {
    Batch batch = inProgress(store, "batch_1", 2);
    sealAll(store, batch);

    store.finish(batch.sequence(), files(batch), LATER);

    assertThat(store.unsealed()).isEmpty();
    assertThat(store.claim(batch.sequence(), 10)).isEmpty();
    assertThat(store.unfinished()).isEmpty();
  }

  @Test
  void chunksOfAClaimWhoseReturnWasLostAreGivenBackAndTheOthersStay() {
    Batch batch = inProgress(store, "batch_1", 3);
    Chunk known = store.claim(batch.sequence(), 1).getFirst();
    store.claim(batch.sequence(), 2);

    store.releaseChunks(batch.sequence(), known.id().number());

    assertThat(store.claim(batch.sequence(), 3))
        .extracting(chunk -> chunk.id().number(), Chunk::epoch)
        .containsExactly(tuple(1, 2L), tuple(2, 2L));
  }

  @Test
  void batchWithUnsealedChunksCannotFinish() {
    Batch running = inProgress(store, "batch_1", 2);
    Batch stopping = inProgress(store, "batch_2", 2);
    store.cancel(PROJECT, stopping.id(), NOW);
    store.seal(seal(store.claim(stopping.sequence(), 1).getFirst()), NOW);

    for (Batch batch : List.of(running, stopping)) {
      Batch before = batch(batch);
      assertThatThrownBy(() -> store.finish(batch.sequence(), files(batch), LATER))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(batch.id().value());
      assertThat(batch(batch)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BatchStatus.class,
      names = {"FAILED", "COMPLETED", "EXPIRED", "CANCELLED"})
  void terminalStateNeverChanges(BatchStatus status) {
    Batch ended = endAs(status);
    long sequence = ended.sequence();
    var again = new MetaStore.FinishedFiles(new FileId("file-x"), new FileId("file-y"), null);

    assertThat(ended.status()).isEqualTo(status);
    assertThat(Samples.begin(store, ended, 1, LATER)).isEqualTo(ended);
    assertThat(store.fail(sequence, List.of(), LATER)).isEqualTo(ended);
    assertThat(store.cancel(PROJECT, ended.id(), LATER)).contains(ended);
    assertThat(store.expire(sequence, LATER)).isEqualTo(ended);
    assertThat(store.finish(sequence, again, LATER)).isEqualTo(ended);
    assertThat(store.content(again.output())).isEmpty();
    assertThat(store.batch(sequence)).contains(ended);
  }

  private Batch endAs(BatchStatus status) {
    if (status == BatchStatus.FAILED) {
      return store.fail(validating(store, "batch_1").sequence(), List.of(), NOW);
    }
    Batch batch = inProgress(store, "batch_1", 1);
    if (status == BatchStatus.CANCELLED) {
      store.cancel(PROJECT, batch.id(), NOW);
    } else if (status == BatchStatus.EXPIRED) {
      store.expire(batch.sequence(), NOW);
    }
    sealAll(store, batch);
    return store.finish(batch.sequence(), files(batch), NOW);
  }

  @Test
  void unknownBatchIsSaid() {
    assertThatThrownBy(() -> store.expire(99, NOW))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("99");
  }

  // ---- claims

  @Test
  void claimsGoInOrderAndNeverBeyondTheMaximum() {
    Batch batch = inProgress(store, "batch_1", 5);
    inProgress(store, "batch_2", 5);

    assertThat(store.claim(batch.sequence(), 2)).containsExactly(chunk(batch, 0), chunk(batch, 1));
    assertThat(store.claim(batch.sequence(), 9))
        .containsExactly(chunk(batch, 2), chunk(batch, 3), chunk(batch, 4));
    assertThat(store.claim(batch.sequence(), 9)).isEmpty();
  }

  private static Chunk chunk(Batch batch, int number) {
    return new Chunk(
        new ChunkId(batch.sequence(), number), 1, number * 10L, 10, number * 1_000L, 1_000);
  }

  @Test
  void releasedChunksAreClaimedAgainWithTheNextEpoch() {
    Batch batch = inProgress(store, "batch_1", 3);
    List<Chunk> first = store.claim(batch.sequence(), 2);
    store.seal(seal(first.get(0)), NOW);

    store.releaseChunks();

    assertThat(store.claim(batch.sequence(), 9))
        .extracting(chunk -> chunk.id().number(), Chunk::epoch)
        .containsExactly(tuple(1, 2L), tuple(2, 1L));
  }

  @Test
  void noChunkIsClaimedTwice() throws Exception {
    Batch batch = inProgress(store, "batch_1", 200);
    Callable<List<ChunkId>> claimer =
        () -> {
          var mine = new ArrayList<ChunkId>();
          List<Chunk> some;
          do {
            some = store.claim(batch.sequence(), 3);
            some.forEach(chunk -> mine.add(chunk.id()));
          } while (!some.isEmpty() && mine.size() <= 200);
          return mine;
        };

    var all = new ArrayList<ChunkId>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var mine : threads.invokeAll(IntStream.range(0, 8).mapToObj(_ -> claimer).toList())) {
        all.addAll(mine.get());
      }
    }

    assertThat(all).hasSize(200).doesNotHaveDuplicates();
  }

  @Test
  void requestThatFailsTakesNoOtherWithIt() throws Exception {
    Function<Integer, Callable<Boolean>> request =
        n ->
            () -> {
              String project = n % 5 == 0 ? "nobody" : PROJECT;
              var file =
                  new StoredFile(new FileId("file-" + n), 0, project, "f", "batch", 7, NOW, null);
              try {
                store.insertFile(file, Samples.content("file-" + n));
                return true;
              } catch (StoreException _) {
                return false;
              }
            };

    try (var threads = Executors.newFixedThreadPool(20)) {
      var outcomes = threads.invokeAll(IntStream.range(0, 100).mapToObj(request::apply).toList());
      for (int n = 0; n < 100; n++) {
        boolean isGood = n % 5 != 0;
        assertThat(outcomes.get(n).get()).isEqualTo(isGood);
        assertThat(store.file(PROJECT, new FileId("file-" + n), NOW).isPresent()).isEqualTo(isGood);
      }
    }
  }
}
