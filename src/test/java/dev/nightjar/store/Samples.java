package dev.nightjar.store;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.file.Bytes;
import dev.nightjar.file.FileId;
import dev.nightjar.file.Manifest;
import dev.nightjar.file.UploadId;
import dev.nightjar.store.AnswerLog.Entry;
import dev.nightjar.store.BatchStore.BeginTerms;
import dev.nightjar.store.BatchStore.Begun;
import dev.nightjar.store.BatchStore.FinishedFiles;
import dev.nightjar.store.BatchStore.NewBatch;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.ChunkStore.Seal;
import dev.nightjar.store.FileStore.NewFile;
import dev.nightjar.store.KeyStore.NewKey;
import dev.nightjar.store.UploadStore.NewUpload;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Batches, files and answers for tests of stores. */
public final class Samples {
  public static final String PROJECT = "default";
  public static final Instant NOW = Instant.parse("2026-11-20T10:00:00.123Z");
  public static final int CHUNK_LINES = 10;

  private Samples() {}

  public static NewFile file(String id) {
    return file(id, null);
  }

  public static NewFile file(String id, @Nullable Duration life) {
    return new NewFile(new FileId(id), PROJECT, id + ".jsonl", "batch", 7, life);
  }

  /** An upload of a file of seven bytes that expires in an hour. */
  public static NewUpload upload(String id) {
    return new NewUpload(
        new UploadId(id),
        PROJECT,
        "in.jsonl",
        "batch",
        7,
        new FileId("file-of-" + id),
        null,
        Duration.ofHours(1));
  }

  public static Manifest content(String id) {
    return Manifest.ofObject(ObjectKeys.upload(new FileId(id)), 7);
  }

  /** Makes a project, with a key of that name. */
  public static void project(Stores stores, String name) {
    Set<ApiKey.Scope> scopes = Set.of(ApiKey.Scope.WRITE);
    stores.keys().createKey(new NewKey(new KeyId(name), name, "", scopes, null), ApiKey.hash(name));
  }

  public static NewBatch newBatch(String id) {
    return newBatch(PROJECT, id);
  }

  public static NewBatch newBatch(String project, String id) {
    return new NewBatch(
        new BatchId(id),
        project,
        "/v1/chat/completions",
        new FileId("file-input"),
        "24h",
        Duration.ofHours(24),
        Map.of(),
        null,
        null);
  }

  public static Batch validating(Stores stores, String id) {
    return stores.batches().createBatch(newBatch(id)).batch();
  }

  /** A batch in progress with waiting chunks of ten lines each. */
  public static Batch inProgress(Stores stores, String id, int chunks) {
    return begin(stores, validating(stores, id), chunks);
  }

  /** The batch as it is after it was to begin, without price and limits. */
  public static Batch begin(Stores stores, Batch batch, int chunks) {
    return begin(stores, batch.sequence(), validated(batch, chunks));
  }

  public static Batch begin(Stores stores, long batch, ValidInput validated) {
    return switch (stores.batches().begin(batch, validated, BeginTerms.FREE)) {
      case Begun.As(Batch begun) -> begun;
      case Begun.OverQuota over -> throw new AssertionError(over);
    };
  }

  public static ValidInput validated(Batch batch, int chunks) {
    return new ValidInput(
        "llama",
        (long) chunks * CHUNK_LINES,
        IntStream.range(0, chunks).mapToObj(number -> chunk(batch.sequence(), number)).toList());
  }

  private static Chunk chunk(long batch, int number) {
    return new Chunk(
        new ChunkId(batch, number),
        0,
        (long) number * CHUNK_LINES,
        CHUNK_LINES,
        number * 1_000L,
        1_000);
  }

  /** Eight lines answered, two failed; the objects have bytes that tell the chunks apart. */
  public static Seal seal(Chunk chunk) {
    return new Seal(
        chunk.id(),
        chunk.epoch(),
        100 + chunk.id().number(),
        50,
        8,
        2,
        new Usage(1_000, 100, 200, 20));
  }

  /** Claims and seals all chunks that wait. */
  public static void sealAll(Stores stores, Batch batch) {
    for (Chunk chunk : stores.chunks().claim(batch.sequence(), Integer.MAX_VALUE)) {
      stores.chunks().seal(seal(chunk));
    }
  }

  public static FinishedFiles files(Batch batch) {
    return new FinishedFiles(
        new FileId("file-out-" + batch.id()),
        new FileId("file-err-" + batch.id()),
        Duration.ofDays(1));
  }

  public static Answer answer(String line) {
    return Answer.of(true, new Usage(10, 1, 2, 0), Bytes.utf8(line));
  }

  public static Entry entry(ChunkId chunk, long epoch, int line, String text) {
    return new Entry(chunk, epoch, line, answer(text));
  }

  /** What the log has of a chunk, by line. */
  public static Map<Integer, String> answers(AnswerLog log, ChunkId chunk) throws IOException {
    var found = new TreeMap<Integer, String>();
    log.read(chunk, (line, answer) -> found.put(line, answer.head().utf8()));
    return found;
  }

  /** Entries for lines 0 to {@code lines} - 1, each with its own text. */
  public static List<Entry> entries(ChunkId chunk, long epoch, int lines) {
    var entries = new ArrayList<Entry>();
    for (int line = 0; line < lines; line++) {
      entries.add(entry(chunk, epoch, line, text(chunk, line)));
    }
    return entries;
  }

  public static String text(ChunkId chunk, int line) {
    return "{\"answer\":\"%s line %d\"}".formatted(chunk, line);
  }
}
