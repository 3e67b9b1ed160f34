package dev.nightjar.backup;

import static dev.nightjar.store.Samples.CHUNK_LINES;
import static dev.nightjar.store.Samples.NOW;
import static dev.nightjar.store.Samples.PROJECT;
import static dev.nightjar.store.Samples.answers;
import static dev.nightjar.store.Samples.entries;
import static dev.nightjar.store.Samples.inProgress;
import static dev.nightjar.store.Samples.seal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.cli.data.BackupCommand;
import dev.nightjar.file.Bytes;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.PartId;
import dev.nightjar.file.UploadId;
import dev.nightjar.store.AnswerLog.Entry;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.Stores;
import dev.nightjar.store.UploadStore.NewPart;
import dev.nightjar.store.UploadStore.NewUpload;
import dev.nightjar.store.UploadStore.PartLimits;
import dev.nightjar.store.files.FileObjectStore;
import dev.nightjar.store.journal.JournalAnswerLog;
import dev.nightjar.store.local.DataDirectory;
import dev.nightjar.terminal.Shells;
import dev.nightjar.testing.TestStores;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A copy of stores that are in use. */
class BackupTest {
  private static final int BYTES = 7;
  private static final int NOT_COPIED = 2;
  private static final int SEGMENT_BYTES = 1_000;
  private static final int CHUNKS = 4_000;
  private static final int SEALED_LATER = 2;

  @TempDir Path folder;
  private String said = "";
  private Path data;
  private Path target;
  private Path partial;
  private OpenData opened;

  /** A data directory as a server has it open. */
  private record OpenData(
      DataDirectory directory,
      AtomicReference<Instant> now,
      Stores rows,
      FileObjectStore objects,
      JournalAnswerLog log)
      implements AutoCloseable {
    static OpenData open(Path root) throws IOException {
      var directory = DataDirectory.open(root);
      var now = new AtomicReference<>(NOW);
      Stores rows = TestStores.open(directory.database(), now::get);
      var log = new JournalAnswerLog(directory.journal(), rows.chunks().unsealed(), SEGMENT_BYTES);
      return new OpenData(directory, now, rows, new FileObjectStore(directory.objects()), log);
    }

    void write(String key, int bytes) throws IOException {
      try (var out = objects.create(key)) {
        out.write(new byte[bytes]);
        out.commit();
      }
    }

    /** An uploaded file. */
    void upload(String id) throws IOException {
      upload(id, null);
    }

    void upload(String id, @Nullable Duration life) throws IOException {
      var file = new FileId(id);
      String key = ObjectKeys.upload(file);
      write(key, BYTES);
      rows.files()
          .insertFile(
              new NewFile(file, PROJECT, "in.jsonl", "batch", BYTES, life),
              Manifest.ofObject(key, BYTES));
    }

    @Override
    public void close() throws IOException {
      log.close();
      objects.close();
      rows.close();
      directory.close();
    }
  }

  @BeforeEach
  void openStores() throws IOException {
    data = folder.resolve("data");
    target = folder.resolve("copy");
    partial = folder.resolve("copy.partial");
    opened = OpenData.open(data);
  }

  @AfterEach
  void closeStores() throws IOException {
    opened.close();
  }

  private int backUp() {
    return backUp(data, target, NOW);
  }

  /** Gives its exit code. */
  private int backUp(Path from, Path to, Instant now) {
    var shells = new Shells(now);
    int code =
        new CommandLine(new BackupCommand(shells.shell())).execute("--data=" + from, "" + to);
    said = shells.err();
    return code;
  }

  @Test
  void copyHasTheObjectsThatCanBeReadAndNoOthers() throws IOException {
    opened.upload("file-kept");
    opened.upload("file-deleted");
    opened.upload("file-input");
    inProgress(opened.rows, "batch_1", 1);
    opened.rows.files().deleteFile(PROJECT, new FileId("file-deleted"));
    opened.rows.files().deleteFile(PROJECT, new FileId("file-input"));
    opened.write("files/orphan", BYTES);

    assertThat(backUp()).isZero();

    assertThat(said).contains("is a complete copy: 2 objects");
    try (OpenData copy = OpenData.open(target)) {
      assertThat(copy.objects.list(""))
          .extracting("key")
          .containsExactlyInAnyOrder("files/file-kept", "files/file-input");
    }
    assertThat(partial).doesNotExist();
  }

  @Tag("K3")
  @Test
  void copyHasWhatOnlySeemsToHaveExpiredByAClockThatIsAhead() throws IOException {
    opened.upload("file-a", Duration.ofDays(30));

    assertThat(backUp(data, target, NOW.plus(Duration.ofDays(40)))).isZero();

    try (OpenData copy = OpenData.open(target)) {
      assertThat(copy.objects.list("")).extracting("key").containsExactly("files/file-a");
    }
  }

  @Test
  void copyHasThePartsOfUploadsThatCanStillBeCompleted() throws IOException {
    addPart("open", Duration.ofSeconds(2));
    addPart("expired", Duration.ofSeconds(1));
    opened.upload("file-now");

    assertThat(backUp()).isZero();

    try (OpenData copy = OpenData.open(target)) {
      assertThat(copy.objects.list(""))
          .extracting("key")
          .containsExactlyInAnyOrder(partKey("open"), "files/file-now");
      assertThat(copy.rows.uploads().parts(new UploadId("upload_open"))).hasSize(1);
    }
  }

  private void addPart(String name, Duration life) throws IOException {
    var id = new UploadId("upload_" + name);
    opened.write(partKey(name), BYTES);
    opened.now.set(NOW.minusSeconds(1));
    var upload =
        new NewUpload(
            id, PROJECT, "in.jsonl", "batch", BYTES, new FileId("file-" + name), null, life);
    opened.rows.uploads().createUpload(upload, 10);
    var part = new NewPart(new PartId("part_" + name), id, BYTES);
    opened.rows.uploads().addPart(part, new PartLimits(10, 100, Long.MAX_VALUE));
    opened.now.set(NOW);
  }

  private static String partKey(String name) {
    return ObjectKeys.part(new FileId("file-" + name), new PartId("part_" + name));
  }

  @Test
  void sealedChunksAreInTheCopyAsObjectsAndTheOthersInItsJournal() throws IOException {
    opened.upload("file-input");
    Batch batch = inProgress(opened.rows, "batch_1", 2);
    List<Chunk> chunks = opened.rows.chunks().claim(batch.sequence(), 2);
    for (Chunk chunk : chunks) {
      opened.log.take(chunk.id(), chunk.epoch());
      opened.log.append(entries(chunk.id(), chunk.epoch(), 5));
    }
    Chunk sealed = chunks.getFirst();
    opened.write(ObjectKeys.output(batch.id(), 0, sealed.epoch()), 100);
    opened.write(ObjectKeys.error(batch.id(), 0, sealed.epoch()), 50);
    opened.rows.chunks().seal(seal(sealed));
    opened.log.forget(sealed.id());

    assertThat(backUp()).isZero();

    try (OpenData copy = OpenData.open(target)) {
      Chunk open = chunks.getLast();
      assertThat(copy.rows.chunks().unsealed()).containsExactly(open.id());
      assertThat(answers(copy.log, open.id())).hasSize(5);
      assertThat(copy.objects.list("batches/")).hasSize(2);
    }
  }

  @Test
  void spooledAnswersAreInTheCopyWithTheirBodies() throws IOException {
    Chunk chunk = spoolOneAnswer();

    assertThat(backUp()).isZero();

    opened.objects.delete("spool/one");
    try (OpenData copy = OpenData.open(target)) {
      assertThat(copy.log.take(chunk.id(), chunk.epoch() + 1))
          .isEqualTo(BitSet.valueOf(new long[] {1}));
      try (var body = copy.objects.open("spool/one")) {
        assertThat(body.length()).isEqualTo(BYTES);
      }
    }
  }

  @Test
  void spooledAnswerWithoutItsBodyIsNoBackup() throws IOException {
    spoolOneAnswer();
    opened.objects.delete("spool/one");

    assertThat(backUp()).isEqualTo(NOT_COPIED);

    assertThat(said).contains("object spool/one is missing");
    assertThat(target).doesNotExist();
  }

  private Chunk spoolOneAnswer() throws IOException {
    opened.upload("file-input");
    Batch batch = inProgress(opened.rows, "batch_1", 1);
    Chunk chunk = opened.rows.chunks().claim(batch.sequence(), 1).getFirst();
    opened.log.take(chunk.id(), chunk.epoch());
    opened.write("spool/one", BYTES);
    var answer = new Answer(true, Usage.NONE, Bytes.utf8("{"), "spool/one", BYTES, Bytes.utf8("}"));
    opened.log.append(List.of(new Entry(chunk.id(), chunk.epoch(), 0, answer)));
    return chunk;
  }

  @Test
  void copyDoesNotChangeWithTheOriginal() throws IOException {
    opened.upload("file-a");
    Batch batch = inProgress(opened.rows, "batch_1", 1);
    Chunk chunk = opened.rows.chunks().claim(batch.sequence(), 1).getFirst();
    opened.log.take(chunk.id(), chunk.epoch());
    opened.log.append(entries(chunk.id(), chunk.epoch(), 2));
    assertThat(backUp()).isZero();

    opened.log.append(entries(chunk.id(), chunk.epoch(), 9));
    opened.upload("file-b");
    opened.objects.delete("files/file-a");

    try (OpenData copy = OpenData.open(target)) {
      assertThat(answers(copy.log, chunk.id())).hasSize(2);
      assertThat(copy.rows.files().file(PROJECT, new FileId("file-b"))).isEmpty();
      assertThat(copy.objects.list("files/")).hasSize(1);
    }
  }

  @Test
  void journalWithAnswersOfABatchThatTheDatabaseDoesNotKnowIsNoBackup() throws IOException {
    var unknown = new ChunkId(99, 0);
    opened.log.take(unknown, 1);
    opened.log.append(entries(unknown, 1, 1));

    assertThat(backUp()).isEqualTo(NOT_COPIED);

    assertThat(said).contains("the journal was cut off while it was copied; run it again");
  }

  @Test
  void everyAnswerThatWasDurableBeforeIsInTheCopyWhateverIsSealedMeanwhile() throws Exception {
    opened.upload("file-input");
    Batch batch = inProgress(opened.rows, "batch_1", CHUNKS);
    List<Chunk> chunks = opened.rows.chunks().claim(batch.sequence(), CHUNKS);
    var answered = new AtomicInteger();
    var isStopped = new AtomicBoolean();
    try (var threads = Executors.newSingleThreadExecutor()) {
      Future<?> server = threads.submit(() -> run(batch, chunks, answered, isStopped));
      try {
        for (int i = 0; i < 6; i++) {
          int before = answered.get();
          target = folder.resolve("copy" + i);
          assertThat(backUp()).as(said).isZero();
          assertHas(chunks.subList(0, before));
        }
      } finally {
        isStopped.set(true);
      }
      server.get();
    }
  }

  /** Answers chunk after chunk, and seals each a few later, as a server does. */
  private Void run(Batch batch, List<Chunk> chunks, AtomicInteger answered, AtomicBoolean isStopped)
      throws IOException {
    for (int i = 0; i < CHUNKS && !isStopped.get(); i++) {
      Chunk chunk = chunks.get(i);
      opened.log.take(chunk.id(), chunk.epoch());
      opened.log.append(entries(chunk.id(), chunk.epoch(), CHUNK_LINES));
      answered.set(i + 1);
      if (i >= SEALED_LATER) {
        Chunk done = chunks.get(i - SEALED_LATER);
        int number = done.id().number();
        opened.write(ObjectKeys.output(batch.id(), number, 1), 100 + number);
        opened.write(ObjectKeys.error(batch.id(), number, 1), 50);
        opened.rows.chunks().seal(seal(done));
        opened.log.forget(done.id());
      }
    }
    return null;
  }

  private void assertHas(List<Chunk> chunks) throws IOException {
    try (OpenData copy = OpenData.open(target)) {
      List<ChunkId> unsealed = copy.rows.chunks().unsealed();
      for (Chunk chunk : chunks) {
        if (unsealed.contains(chunk.id())) {
          assertThat(answers(copy.log, chunk.id())).as(chunk.toString()).hasSize(CHUNK_LINES);
        }
      }
    }
  }

  @Test
  void copyCanBeBackedUpInTurn() throws IOException {
    opened.upload("file-a");
    assertThat(backUp()).isZero();
    Path again = folder.resolve("again");

    assertThat(backUp(target, again, NOW)).isZero();

    try (OpenData copy = OpenData.open(again)) {
      assertThat(copy.rows.files().file(PROJECT, new FileId("file-a"))).isPresent();
    }
  }

  @Test
  void missingObjectIsSaidAndThereIsNoBackup() throws IOException {
    opened.upload("file-a");
    opened.objects.delete("files/file-a");

    assertThat(backUp()).isEqualTo(NOT_COPIED);

    assertThat(said)
        .isEqualTo(
            "nightjar: there is no backup in %s: object files/file-a is missing from the object store%n"
                .formatted(target));
    assertThat(target).doesNotExist();
    assertThat(partial).doesNotExist();
  }

  @Test
  void objectThatIsTooShortIsSaidAndThereIsNoBackup() throws IOException {
    opened.upload("file-a");
    opened.write("files/file-a", BYTES - 1);

    assertThat(backUp()).isEqualTo(NOT_COPIED);

    assertThat(said).contains("object files/file-a has 6 bytes and should have 7");
    assertThat(target).doesNotExist();
  }
}
