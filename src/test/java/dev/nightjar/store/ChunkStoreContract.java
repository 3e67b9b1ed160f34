package dev.nightjar.store;

import static dev.nightjar.store.ChunkStore.SealOutcome.FENCED;
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
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.file.StoredFile;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.ChunkStore.SealOutcome;
import dev.nightjar.store.FileStore.NewFile;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every ChunkStore does with chunks, and with a batch whose chunks are sealed. */
public abstract class ChunkStoreContract extends StoresContract {
  private static final Instant LATER = NOW.plusMillis(5_001);

  private Batch batch(Batch batch) {
    return stores.batches().batch(batch.sequence()).orElseThrow();
  }

  // ---- finish

  @Test
  void objectsOfWhatIsSealedAreKnownBeforeTheFilesAre() {
    Batch batch = inProgress(stores, "batch_1", 3);
    List<Chunk> chunks = stores.chunks().claim(batch.sequence(), 3);
    assertThat(stores.chunks().sealedObjects(batch.sequence())).isEmpty();

    at(NOW).chunks().seal(new Seal(chunks.get(1).id(), 1, 0, 70, 0, 10, Usage.NONE));
    at(NOW).chunks().seal(new Seal(chunks.get(0).id(), 1, 50, 60, 5, 5, Usage.NONE));

    assertThat(stores.chunks().sealedObjects(batch.sequence()))
        .containsExactly(
            new Piece(ObjectKeys.output(batch.id(), 0, 1), 50),
            new Piece(ObjectKeys.error(batch.id(), 0, 1), 60),
            new Piece(ObjectKeys.error(batch.id(), 1, 1), 70));
  }

  @Test
  void outputIsTheSealsInChunkOrder() {
    Batch batch = inProgress(stores, "batch_1", 3);
    List<Chunk> chunks = stores.chunks().claim(batch.sequence(), 3);
    at(NOW).chunks().seal(seal(chunks.get(2)));
    at(NOW).chunks().seal(seal(chunks.get(0)));
    at(NOW).chunks().seal(new Seal(chunks.get(1).id(), 1, 0, 70, 0, 10, Usage.NONE));

    Batch ended = at(LATER).batches().finish(batch.sequence(), files(batch));

    assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
    assertThat(ended.stamps().completedAt()).isEqualTo(LATER);
    assertThat(stores.files().content(files(batch).output()).orElseThrow().pieces())
        .containsExactly(
            new Piece(ObjectKeys.output(batch.id(), 0, 1), 100),
            new Piece(ObjectKeys.output(batch.id(), 2, 1), 102));
    assertThat(stores.files().content(files(batch).error()).orElseThrow().pieces())
        .containsExactly(
            new Piece(ObjectKeys.error(batch.id(), 0, 1), 50),
            new Piece(ObjectKeys.error(batch.id(), 1, 1), 70),
            new Piece(ObjectKeys.error(batch.id(), 2, 1), 50));
    StoredFile output = at(LATER).files().file(PROJECT, files(batch).output()).orElseThrow();
    assertThat(output.filename()).isEqualTo("batch_1_output.jsonl");
    assertThat(output.purpose()).isEqualTo("batch_output");
    assertThat(output.bytes()).isEqualTo(202);
    assertThat(output.createdAt()).isEqualTo(LATER);
    assertThat(output.expiresAt()).isEqualTo(LATER.plus(Duration.ofDays(1)));
    assertThat(at(LATER).files().file(PROJECT, files(batch).error()).orElseThrow().filename())
        .isEqualTo("batch_1_error.jsonl");
  }

  @Test
  void fileWithoutBytesIsNotMade() {
    Batch batch = inProgress(stores, "batch_1", 1);
    Chunk chunk = stores.chunks().claim(batch.sequence(), 1).getFirst();
    at(NOW).chunks().seal(new Seal(chunk.id(), 1, 0, 70, 0, 10, Usage.NONE));

    Batch ended = at(LATER).batches().finish(batch.sequence(), files(batch));

    assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
    assertThat(ended.outputFileId()).isNull();
    assertThat(ended.errorFileId()).isEqualTo(files(batch).error());
    assertThat(stores.files().content(files(batch).output())).isEmpty();
  }

  @Test
  void finishedBatchHasNoChunksLeft() {
    Batch batch = inProgress(stores, "batch_1", 2);
    sealAll(stores, batch);

    at(LATER).batches().finish(batch.sequence(), files(batch));

    assertThat(stores.chunks().unsealed()).isEmpty();
    assertThat(stores.chunks().claim(batch.sequence(), 10)).isEmpty();
    assertThat(stores.batches().unfinished()).isEmpty();
  }

  @Test
  void chunksOfAClaimWhoseReturnWasLostAreGivenBackAndTheOthersStay() {
    Batch batch = inProgress(stores, "batch_1", 3);
    Chunk known = stores.chunks().claim(batch.sequence(), 1).getFirst();
    stores.chunks().claim(batch.sequence(), 2);

    stores.chunks().releaseChunks(batch.sequence(), known.id().number());

    assertThat(stores.chunks().claim(batch.sequence(), 3))
        .extracting(chunk -> chunk.id().number(), Chunk::epoch)
        .containsExactly(tuple(1, 2L), tuple(2, 2L));
  }

  @Test
  void batchWithUnsealedChunksCannotFinish() {
    Batch running = inProgress(stores, "batch_1", 2);
    Batch stopping = inProgress(stores, "batch_2", 2);
    at(NOW).batches().cancel(PROJECT, stopping.id());
    at(NOW).chunks().seal(seal(stores.chunks().claim(stopping.sequence(), 1).getFirst()));

    for (Batch batch : List.of(running, stopping)) {
      Batch before = batch(batch);
      assertThatThrownBy(() -> at(LATER).batches().finish(batch.sequence(), files(batch)))
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
    var again = new BatchStore.FinishedFiles(new FileId("file-x"), new FileId("file-y"), null);

    assertThat(ended.status()).isEqualTo(status);
    assertThat(Samples.begin(at(LATER), ended, 1)).isEqualTo(ended);
    assertThat(at(LATER).batches().fail(sequence, List.of())).isEqualTo(ended);
    assertThat(at(LATER).batches().cancel(PROJECT, ended.id())).contains(ended);
    assertThat(at(LATER).batches().expire(sequence)).isEqualTo(ended);
    assertThat(at(LATER).batches().finish(sequence, again)).isEqualTo(ended);
    assertThat(stores.files().content(again.output())).isEmpty();
    assertThat(stores.batches().batch(sequence)).contains(ended);
  }

  private Batch endAs(BatchStatus status) {
    if (status == BatchStatus.FAILED) {
      return at(NOW).batches().fail(validating(stores, "batch_1").sequence(), List.of());
    }
    Batch batch = inProgress(stores, "batch_1", 1);
    if (status == BatchStatus.CANCELLED) {
      at(NOW).batches().cancel(PROJECT, batch.id());
    } else if (status == BatchStatus.EXPIRED) {
      at(NOW).batches().expire(batch.sequence());
    }
    sealAll(stores, batch);
    return at(NOW).batches().finish(batch.sequence(), files(batch));
  }

  @Test
  void unknownBatchIsSaid() {
    assertThatThrownBy(() -> at(NOW).batches().expire(99))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("99");
  }

  // ---- claims

  @Test
  void claimsGoInOrderAndNeverBeyondTheMaximum() {
    Batch batch = inProgress(stores, "batch_1", 5);
    inProgress(stores, "batch_2", 5);

    assertThat(stores.chunks().claim(batch.sequence(), 2))
        .containsExactly(chunk(batch, 0), chunk(batch, 1));
    assertThat(stores.chunks().claim(batch.sequence(), 9))
        .containsExactly(chunk(batch, 2), chunk(batch, 3), chunk(batch, 4));
    assertThat(stores.chunks().claim(batch.sequence(), 9)).isEmpty();
  }

  private static Chunk chunk(Batch batch, int number) {
    return new Chunk(
        new ChunkId(batch.sequence(), number), 1, number * 10L, 10, number * 1_000L, 1_000);
  }

  @Test
  void releasedChunksAreClaimedAgainWithTheNextEpoch() {
    Batch batch = inProgress(stores, "batch_1", 3);
    List<Chunk> first = stores.chunks().claim(batch.sequence(), 2);
    at(NOW).chunks().seal(seal(first.get(0)));

    stores.chunks().releaseChunks();

    assertThat(stores.chunks().claim(batch.sequence(), 9))
        .extracting(chunk -> chunk.id().number(), Chunk::epoch)
        .containsExactly(tuple(1, 2L), tuple(2, 1L));
  }

  @Test
  void nodeGivesBackOnlyItsOwnChunks() {
    Batch batch = inProgress(stores, "batch_1", 4);
    Chunk mine = stores.chunks().claim(batch.sequence(), 1).getFirst();
    try (Stores other = open(new NodeId("node-b"))) {
      List<Chunk> theirs = other.chunks().claim(batch.sequence(), 2);

      stores.chunks().releaseChunks();
      stores.chunks().releaseChunks(batch.sequence(), -1);

      assertThat(stores.chunks().claim(batch.sequence(), 9))
          .extracting(chunk -> chunk.id().number(), Chunk::epoch)
          .containsExactly(tuple(0, 2L), tuple(3, 1L));
      assertThat(other.chunks().seal(seal(theirs.getFirst()))).isEqualTo(SealOutcome.SEALED);
      other.chunks().releaseChunks();
      assertThat(stores.chunks().claim(batch.sequence(), 9))
          .extracting(chunk -> chunk.id().number(), Chunk::epoch)
          .containsExactly(tuple(2, 2L));
      assertThat(stores.chunks().seal(seal(mine))).as("before it came back").isEqualTo(FENCED);
    }
  }

  @Test
  void chunkIsSealedOnlyByTheNodeThatHasIt() {
    Batch batch = inProgress(stores, "batch_1", 1);
    Chunk mine = stores.chunks().claim(batch.sequence(), 1).getFirst();
    try (Stores other = open(new NodeId("node-b"))) {
      assertThat(other.chunks().seal(seal(mine))).isEqualTo(FENCED);
      assertThat(stores.chunks().seal(seal(mine))).isEqualTo(SealOutcome.SEALED_LAST);
      assertThat(other.chunks().seal(seal(mine))).isEqualTo(FENCED);
      assertThat(batch(batch).counts()).isEqualTo(new RequestCounts(10, 8, 2));
    }
  }

  @Test
  void noChunkIsClaimedTwice() throws Exception {
    Batch batch = inProgress(stores, "batch_1", 200);
    Callable<List<ChunkId>> claimer =
        () -> {
          var mine = new ArrayList<ChunkId>();
          List<Chunk> some;
          do {
            some = stores.chunks().claim(batch.sequence(), 3);
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
              var file = new NewFile(new FileId("file-" + n), project, "f", "batch", 7, null);
              try {
                stores.files().insertFile(file, Samples.content("file-" + n));
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
        assertThat(at(NOW).files().file(PROJECT, new FileId("file-" + n)).isPresent())
            .isEqualTo(isGood);
      }
    }
  }
}
