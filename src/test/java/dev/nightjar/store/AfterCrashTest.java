package dev.nightjar.store;

import static dev.nightjar.store.Samples.answers;
import static dev.nightjar.store.Samples.entries;
import static dev.nightjar.store.Samples.inProgress;
import static dev.nightjar.store.Samples.seal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchStatus;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.ChunkStore.SealOutcome;
import dev.nightjar.store.ObjectStore.ObjectMissingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who is right after a crash (docs/design.md#after-a-crash): a copy of the files at one moment is
 * opened as the server would after a kill at that moment.
 */
class AfterCrashTest {
  @TempDir Path before;
  @TempDir Path scratch;
  private Tier tier;
  private Batch batch;
  private List<Chunk> chunks;

  @BeforeEach
  void batchOfTwoChunksIsRunning() throws IOException {
    tier = EmbeddedTier.open(before);
    batch = inProgress(tier.stores(), "batch_1", 2);
    chunks = tier.stores().chunks().claim(batch.sequence(), 2);
    for (Chunk chunk : chunks) {
      tier.log().take(chunk.id(), chunk.epoch());
      tier.log().append(entries(chunk.id(), chunk.epoch(), 10));
    }
  }

  @AfterEach
  void closeStores() throws IOException {
    tier.close();
  }

  private Tier crash() throws IOException {
    Path after = scratch.resolve("after");
    EmbeddedTier.copy(before, after);
    Tier opened = EmbeddedTier.open(after);
    opened.stores().chunks().releaseChunks();
    return opened;
  }

  private void writeObject(String key, int bytes) throws IOException {
    try (var writer = tier.objects().create(key)) {
      writer.write(new byte[bytes]);
      writer.commit();
    }
  }

  private String outputKey(Chunk chunk) {
    return ObjectKeys.output(batch.id(), chunk.id().number(), chunk.epoch());
  }

  @Test
  void answersOfUnsealedChunksSurvive() throws IOException {
    try (Tier after = crash()) {
      List<Chunk> again = after.stores().chunks().claim(batch.sequence(), 2);

      assertThat(again).extracting(Chunk::epoch).containsExactly(2L, 2L);
      for (Chunk chunk : again) {
        assertThat(after.log().take(chunk.id(), 2).cardinality()).isEqualTo(10);
      }
    }
  }

  @Test
  void answersOfAChunkThatTheDatabaseCallsSealedAreDropped() throws IOException {
    tier.stores().chunks().seal(seal(chunks.get(0)));

    try (Tier after = crash()) {
      assertThat(answers(after.log(), chunks.get(0).id())).isEmpty();
      assertThat(answers(after.log(), chunks.get(1).id())).hasSize(10);
      assertThat(after.stores().chunks().claim(batch.sequence(), 2))
          .extracting(Chunk::id)
          .containsExactly(chunks.get(1).id());
    }
  }

  @Test
  void objectsWithoutASealAreOrphansAndTheChunkIsSealedAgain() throws IOException {
    writeObject(outputKey(chunks.get(0)), 100);

    try (Tier after = crash()) {
      Chunk again = after.stores().chunks().claim(batch.sequence(), 1).getFirst();

      assertThat(after.objects().list("batches/"))
          .extracting(ObjectStore.Entry::key)
          .containsExactly(outputKey(chunks.get(0)))
          .doesNotContain(outputKey(again));
      assertThat(after.stores().chunks().seal(seal(chunks.get(0)))).isEqualTo(SealOutcome.FENCED);
      assertThat(after.stores().chunks().seal(seal(again))).isEqualTo(SealOutcome.SEALED);
      assertThat(after.stores().batches().batch(batch.sequence()).orElseThrow().counts())
          .isEqualTo(new RequestCounts(20, 8, 2));
    }
  }

  @Test
  void batchWhoseLastChunkWasSealedCanBeFinished() throws IOException {
    for (Chunk chunk : chunks) {
      tier.stores().chunks().seal(seal(chunk));
    }

    try (Tier after = crash()) {
      assertThat(after.stores().batches().unfinished())
          .extracting(Batch::status)
          .containsExactly(BatchStatus.FINALIZING);
      Batch ended = after.stores().batches().finish(batch.sequence(), Samples.files(batch));

      assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(ended.counts()).isEqualTo(new RequestCounts(20, 16, 4));
    }
  }

  @Test
  void rowWithoutItsObjectIsSaidLoudly() throws IOException {
    writeObject(outputKey(chunks.get(0)), 100);
    for (Chunk chunk : chunks) {
      tier.stores().chunks().seal(new Seal(chunk.id(), 1, 100, 0, 10, 0, Usage.NONE));
    }
    tier.stores().batches().finish(batch.sequence(), Samples.files(batch));

    try (Tier after = crash()) {
      var content = after.stores().files().content(Samples.files(batch).output()).orElseThrow();
      try (var reader = new ContentReader(after.objects(), content)) {
        assertThat(reader.length()).isEqualTo(200);
        assertThat(reader.read(0, 100)).hasSize(100);
        assertThatThrownBy(() -> reader.read(0, 200))
            .isInstanceOf(ObjectMissingException.class)
            .hasMessageContaining(outputKey(chunks.get(1)));
      }
    }
  }

  @Test
  void objectShorterThanItsRowIsSaidLoudly() throws IOException {
    writeObject(outputKey(chunks.get(0)), 99);
    for (Chunk chunk : chunks) {
      long bytes = chunk.id().number() == 0 ? 100 : 0;
      tier.stores().chunks().seal(new Seal(chunk.id(), 1, bytes, 0, 10, 0, Usage.NONE));
    }
    tier.stores().batches().finish(batch.sequence(), Samples.files(batch));

    try (Tier after = crash()) {
      var content = after.stores().files().content(Samples.files(batch).output()).orElseThrow();
      try (var reader = new ContentReader(after.objects(), content)) {
        assertThatThrownBy(() -> reader.read(0, 100))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("ends at 99 bytes");
      }
    }
  }
}
