package dev.nightjar.store;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.AnswerLog.Entry;
import dev.nightjar.store.journal.JournalAnswerLog;
import dev.nightjar.testing.TestStores;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/** Measures the stores of one machine: {@code StoreBench DIRECTORY}, on the disk to be measured. */
final class StoreBench {
  private static final int ANSWERS = 200_000;
  private static final int CHUNK_LINES = 500;
  private static final int ANSWER_BYTES = 1_024;
  private static final int ROUNDS = 3;
  private static final long SEGMENT_BYTES = 64L << 20;

  private final Path directory;

  private StoreBench(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createTempDirectory(Path.of(arguments[0]), "bench");
    var bench = new StoreBench(directory);
    try {
      for (int round = 1; round <= ROUNDS; round++) {
        bench.fsync();
        for (int group : new int[] {1, 32, 256, 2_048}) {
          bench.journal(group, "journal-%d-%d".formatted(round, group));
        }
        for (int threads : new int[] {1, 16}) {
          bench.transactions(threads, "meta-%d-%d.db".formatted(round, threads));
        }
      }
    } finally {
      bench.removeAll();
    }
  }

  private void removeAll() throws IOException {
    try (var tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private void fsync() throws IOException {
    Path file = directory.resolve("fsync");
    long[] nanos = new long[500];
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < nanos.length; i++) {
        channel.write(ByteBuffer.allocate(4_096));
        long begun = System.nanoTime();
        channel.force(false);
        nanos[i] = System.nanoTime() - begun;
      }
    }
    Files.delete(file);
    Arrays.sort(nanos);
    System.out.printf(
        "fdatasync after 4 KiB: p50 %.2f ms, p99 %.2f ms%n", nanos[250] / 1e6, nanos[495] / 1e6);
  }

  private void journal(int groupSize, String name) throws IOException {
    int answers = groupSize == 1 ? 2_000 : ANSWERS;
    List<Entry> entries = entries(answers);
    Path path = directory.resolve(name);
    var chunks = new ArrayList<ChunkId>();
    entries.forEach(entry -> {
      if (entry.line() == 0) {
        chunks.add(entry.chunk());
      }
    });
    try (var log = new JournalAnswerLog(path, List.of(), SEGMENT_BYTES)) {
      for (ChunkId chunk : chunks) {
        log.take(chunk, 1);
      }
      var timer = new Timer();
      for (int from = 0; from < answers; from += groupSize) {
        log.append(entries.subList(from, Math.min(answers, from + groupSize)));
      }
      timer.report("journal, groups of %,5d:".formatted(groupSize), answers, "answers");
      System.out.printf(
          "  %.3f bytes on disk per answer byte%n",
          (double) log.figures().bytes() / ((long) answers * ANSWER_BYTES));
    }
    if (groupSize == 256) {
      recover(path, chunks, answers);
    }
  }

  private static void recover(Path path, List<ChunkId> chunks, int answers) throws IOException {
    var timer = new Timer();
    try (var log = new JournalAnswerLog(path, chunks, SEGMENT_BYTES)) {
      timer.report("journal, recovery:", answers, "answers");
      var reading = new Timer();
      long[] bytes = new long[1];
      for (ChunkId chunk : chunks) {
        log.read(chunk, (_, answer) -> bytes[0] += answer.head().length());
      }
      reading.report("journal, read:", answers, "answers");
      if (bytes[0] != (long) answers * ANSWER_BYTES) {
        throw new IllegalStateException("read " + bytes[0]);
      }
      var forgetting = new Timer();
      for (ChunkId chunk : chunks) {
        log.forget(chunk);
      }
      forgetting.report("journal, forget:", chunks.size(), "chunks");
    }
  }

  private static List<Entry> entries(int count) {
    byte[] line = new byte[ANSWER_BYTES];
    Arrays.fill(line, (byte) 'x');
    var answer = Answer.of(true, new Usage(100, 0, 200, 0), Bytes.of(line));
    // Eight chunks are filled at a time, as when several are in flight.
    var entries = new ArrayList<Entry>(count);
    for (int i = 0; i < count; i++) {
      int block = i / (8 * CHUNK_LINES);
      int inBlock = i % (8 * CHUNK_LINES);
      entries.add(new Entry(new ChunkId(1, block * 8 + inBlock % 8), 1, inBlock / 8, answer));
    }
    return entries;
  }

  private void transactions(int threads, String name) throws Exception {
    int chunks = threads == 1 ? 500 : 8_000;
    try (var stores = TestStores.open(directory.resolve(name));
        var pool = Executors.newFixedThreadPool(threads)) {
      Batch batch = Samples.inProgress(stores, "batch_1", chunks);
      List<Chunk> claimed = stores.chunks().claim(batch.sequence(), chunks);
      var seals = new Timer();
      List<Callable<Integer>> workers =
          IntStream.range(0, threads)
              .<Callable<Integer>>mapToObj(worker -> () -> seal(stores, claimed, worker, threads))
              .toList();
      for (var done : pool.invokeAll(workers)) {
        done.get();
      }
      seals.report("sqlite, %2d threads:".formatted(threads), chunks, "seals");
      var finish = new Timer();
      stores.batches().finish(batch.sequence(), Samples.files(batch));
      finish.report("sqlite, finish:", chunks, "chunks");
    }
  }

  private static int seal(Stores stores, List<Chunk> claimed, int first, int step) {
    int sealed = 0;
    for (int i = first; i < claimed.size(); i += step) {
      stores.chunks().seal(Samples.seal(claimed.get(i)));
      sealed++;
    }
    return sealed;
  }

  /** Wall time and CPU time of this process since it was made. */
  private static final class Timer {
    private final long begun = System.nanoTime();
    private final long cpu = processCpu();

    void report(String what, int count, String unit) {
      double seconds = (System.nanoTime() - begun) / 1e9;
      double cpuSeconds = (processCpu() - cpu) / 1e9;
      System.out.printf(
          "%s %,d %s in %.0f ms: %,.0f/s, %.2f CPU-s per 100,000%n",
          what, count, unit, seconds * 1e3, count / seconds, cpuSeconds / count * 100_000);
    }

    private static long processCpu() {
      return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
          .getProcessCpuTime();
    }
  }
}
