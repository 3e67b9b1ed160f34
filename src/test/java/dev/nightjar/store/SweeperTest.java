package dev.nightjar.store;

import static dev.nightjar.store.Samples.CHUNK_LINES;
import static dev.nightjar.store.Samples.PROJECT;
import static dev.nightjar.store.Samples.entry;
import static dev.nightjar.store.Samples.inProgress;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.Usage;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.Manifest.Piece;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.testing.ForwardingObjectStore;
import dev.nightjar.testing.TestClocks;
import dev.nightjar.time.SteadyClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is deleted from the object store, and when. */
class SweeperTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final FileId FILE = new FileId("file-a");

  @TempDir Path directory;

  /** Later than anything written now: objects carry the system's time. */
  private final Instant begun = Instant.now().plusSeconds(60);

  private final AtomicReference<Instant> now = new AtomicReference<>(begun);
  private Tier tier;
  private Sweeper sweeper;

  @BeforeEach
  void openStores() throws IOException {
    tier = EmbeddedTier.open(directory, now::get);
    sweeper = new Sweeper(tier.stores(), tier.objects(), clock());
  }

  @AfterEach
  void closeStores() throws IOException {
    sweeper.close();
    tier.close();
  }

  @Test
  void deletedFileKeepsItsBytesForAnHour() throws IOException {
    insertFile(null);
    tier.stores().files().deleteFile(PROJECT, FILE);

    now.set(begun.plus(HOUR).minusMillis(1));
    assertThat(sweeper.sweep()).isZero();
    now.set(begun.plus(HOUR));
    assertThat(sweeper.sweep()).isEqualTo(1);

    assertThat(keys()).isEmpty();
    assertThat(tier.stores().files().content(FILE)).isEmpty();
    assertThat(sweeper.sweep()).as("again").isZero();
  }

  @Test
  void expiredFileKeepsItsBytesForAnHour() throws IOException {
    insertFile(Duration.ofSeconds(10));

    now.set(begun.plusSeconds(9).plus(HOUR));
    assertThat(sweeper.sweep()).isZero();
    now.set(begun.plusSeconds(10).plus(HOUR));
    assertThat(sweeper.sweep()).isEqualTo(1);
    assertThat(keys()).isEmpty();
  }

  @Test
  void fileThatIsThereIsKeptForever() throws IOException {
    insertFile(null);

    now.set(begun.plus(Duration.ofDays(10_000)));

    assertThat(sweeper.sweep()).isZero();
    assertThat(keys()).hasSize(1);
  }

  @Test
  void sweepThatDiedBetweenBytesAndRowGoesOn() throws IOException {
    insertFile(null);
    tier.stores().files().deleteFile(PROJECT, FILE);
    now.set(begun.plus(HOUR));
    tier.objects().delete(ObjectKeys.upload(FILE));

    assertThat(sweeper.sweep()).isZero();
    assertThat(tier.stores().files().content(FILE)).isEmpty();
  }

  @Test
  @Tag("K4")
  void whatIsDueIsSweptInStepsWithLittleRestBetweenThem() throws IOException {
    for (int i = 0; i < 250; i++) {
      var file = new FileId("file-" + i);
      tier.stores().files().insertFile(Samples.file(file.value()), Samples.content(file.value()));
      tier.stores().files().deleteFile(PROJECT, file);
    }
    now.set(begun.plus(HOUR));

    assertThat(sweeper.round()).isLessThan(Sweeper.PAUSE);
    assertThat(tier.stores().retention().goneFiles(HOUR, 1_000)).hasSize(150);
    assertThat(sweeper.round()).isLessThan(Sweeper.PAUSE);
    assertThat(sweeper.round()).isEqualTo(Sweeper.PAUSE);
    assertThat(tier.stores().retention().goneFiles(HOUR, 1_000)).isEmpty();
  }

  @Test
  @Tag("K6")
  void whatCannotBeDeletedHoldsUpNothingElse() throws IOException {
    var undeletable = new HashSet<String>();
    for (int i = 0; i < 350; i++) {
      var file = new FileId("file-%03d".formatted(i));
      tier.stores().files().insertFile(Samples.file(file.value()), Samples.content(file.value()));
      tier.stores().files().deleteFile(PROJECT, file);
      if (i < 150) {
        undeletable.addAll(
            tier.stores().files().content(file).orElseThrow().pieces().stream()
                .map(Piece::key)
                .toList());
      }
    }
    now.set(begun.plus(HOUR));
    try (var stuck = new Sweeper(tier.stores(), refusing(undeletable), clock())) {
      Duration rest = Duration.ZERO;
      for (int rounds = 0; rest.compareTo(Sweeper.PAUSE) < 0; rounds++) {
        assertThat(rounds).isLessThan(10);
        rest = stuck.round();
      }
      assertThat(tier.stores().retention().goneFiles(HOUR, 1_000)).hasSize(150);

      undeletable.clear();
      while (stuck.round().compareTo(Sweeper.PAUSE) < 0) {
        // Until there is nothing left to do.
      }
      assertThat(tier.stores().retention().goneFiles(HOUR, 1_000)).isEmpty();
    }
  }

  private ForwardingObjectStore refusing(Set<String> undeletable) {
    return new ForwardingObjectStore() {
      @Override
      public ObjectStore inner() {
        return tier.objects();
      }

      @Override
      public boolean delete(String key) throws IOException {
        if (undeletable.contains(key)) {
          throw new IOException("not permitted");
        }
        return inner().delete(key);
      }
    };
  }

  private SteadyClock clock() {
    return TestClocks.settled(now::get);
  }

  @Test
  @Tag("K4")
  void endedUploadsAndOrphansAreSweptInStepsToo() throws IOException {
    for (int i = 0; i < 150; i++) {
      tier.stores().uploads().createUpload(Samples.upload("upload_" + i), 1_000);
    }
    write(ObjectKeys.upload(FILE));
    now.set(begun.plus(Duration.ofDays(2)));

    assertThat(sweeper.round()).as("uploads").isLessThan(Sweeper.PAUSE);
    assertThat(sweeper.round()).as("the rest, and an orphan").isLessThan(Sweeper.PAUSE);
    assertThat(keys()).isEmpty();
    assertThat(sweeper.round()).isEqualTo(Sweeper.PAUSE);
  }

  @Test
  void objectWithoutARowIsKeptForAnHour() throws IOException {
    write(ObjectKeys.upload(FILE));

    now.set(begun.plus(HOUR).minusSeconds(120));
    assertThat(sweeper.sweep()).isZero();
    now.set(begun.plus(HOUR));
    assertThat(sweeper.sweep()).isEqualTo(1);
    assertThat(keys()).isEmpty();
  }

  @Test
  void spoolsAndSealsOfABatchAreNeededUntilItEnds() throws IOException {
    Batch batch = inProgress(tier.stores(), "batch_1", 1);
    Chunk chunk = tier.stores().chunks().claim(batch.sequence(), 1).getFirst();
    String spool = ObjectKeys.spool(batch.id(), 3, "ab-1");
    String replaced = ObjectKeys.spool(batch.id(), 3, "ab-0");
    String output = ObjectKeys.output(batch.id(), 0, chunk.epoch());
    String ofAnEarlierOwner = ObjectKeys.output(batch.id(), 0, chunk.epoch() - 1);
    tier.log().take(chunk.id(), chunk.epoch());
    tier.log().append(List.of(entry(chunk.id(), chunk.epoch(), 3, "refers to the spool")));
    for (String key : List.of(spool, replaced, output, ofAnEarlierOwner)) {
      write(key);
    }
    now.set(begun.plus(Duration.ofDays(2)));

    assertThat(sweeper.sweep()).as("running").isZero();
    tier.stores()
        .chunks()
        .seal(new Seal(chunk.id(), chunk.epoch(), 7, 0, CHUNK_LINES, 0, Usage.NONE));
    assertThat(sweeper.sweep()).as("sealed").isZero();
    var files = new BatchStore.FinishedFiles(new FileId("file-o"), new FileId("file-e"), null);
    tier.stores().batches().finish(batch.sequence(), files);

    assertThat(sweeper.sweep()).isEqualTo(3);
    assertThat(keys()).containsExactly(output);
    tier.stores().files().deleteFile(PROJECT, files.output());
    now.set(begun.plus(Duration.ofDays(3)));
    assertThat(sweeper.sweep()).isEqualTo(1);
    assertThat(keys()).isEmpty();
  }

  @Test
  void inputOfARunningBatchOutlivesItsDeletion() throws IOException {
    var input = new FileId("file-input");
    write(ObjectKeys.upload(input));
    tier.stores()
        .files()
        .insertFile(
            new NewFile(input, PROJECT, "a", "batch", 7, null),
            Manifest.ofObject(ObjectKeys.upload(input), 7));
    Batch batch = inProgress(tier.stores(), "batch_1", 1);
    tier.stores().files().deleteFile(PROJECT, input);
    now.set(begun.plus(Duration.ofDays(2)));

    assertThat(sweeper.sweep()).isZero();
    tier.stores().batches().cancel(PROJECT, batch.id());
    assertThat(sweeper.sweep()).isZero();
    Samples.sealAll(tier.stores(), batch);
    tier.stores().batches().finish(batch.sequence(), Samples.files(batch));

    assertThat(sweeper.sweep()).isEqualTo(1);
    assertThat(keys()).isEmpty();
  }

  private void insertFile(@Nullable Duration life) throws IOException {
    write(ObjectKeys.upload(FILE));
    tier.stores()
        .files()
        .insertFile(
            new NewFile(FILE, PROJECT, "a", "batch", 7, life),
            Manifest.ofObject(ObjectKeys.upload(FILE), 7));
  }

  private void write(String key) throws IOException {
    try (var writer = tier.objects().create(key)) {
      writer.write(new byte[7]);
      writer.commit();
    }
  }

  private List<String> keys() throws IOException {
    return tier.objects().list("").stream().map(ObjectStore.Entry::key).toList();
  }
}
