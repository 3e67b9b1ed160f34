package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.OneLine;
import dev.nightjar.engine.ChunkLoader.ChangedInputException;
import dev.nightjar.engine.ChunkLoader.Tally;
import dev.nightjar.engine.core.LineSpan;
import dev.nightjar.file.Bytes;
import dev.nightjar.file.JsonLines;
import dev.nightjar.file.LongLines;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.MetaStore;
import dev.nightjar.store.MetaStore.SealOutcome;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.ObjectStore.ObjectDamagedException;
import dev.nightjar.store.ObjectStore.ObjectMissingException;
import dev.nightjar.validation.InputLimits;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a finished chunk as objects, in line order: rule R5's order is objects, then the sealing
 * transaction, then the log forgets. If the process dies in between, the chunk is claimed again,
 * and sealed again with the same bytes, under keys of the next epoch. From the first try of the
 * transaction on its outcome may be unknown, and the objects are never written again: a repeated
 * seal repeats the transaction alone. Once that is committed the chunk is sealed, whatever becomes
 * of the clean-up.
 */
final class ChunkSealer {
  private static final System.Logger LOG = System.getLogger(ChunkSealer.class.getName());
  private static final Bytes NO_ID = Bytes.utf8("null");

  /** What is beyond is left to the next start and the sweep. */
  private static final int CLEAN_UPS_MAX = 1_000;

  private final MetaStore meta;
  private final AnswerLog log;
  private final ObjectStore objects;
  private final InputLimits limits;
  private final LongLines longLines;
  private final Meters meters;

  /** Chunks whose objects are durable and whose sealing transaction has not returned. */
  private final Map<Chunk, Written> written = new ConcurrentHashMap<>();

  /** Clean-ups that failed. */
  private final Queue<CleanUp> cleanUps = new ArrayBlockingQueue<>(CLEAN_UPS_MAX);

  /** What a chunk was written as. */
  private record Written(MetaStore.Seal seal, List<String> objects, List<String> spools) {}

  /** What nothing needs any more; {@code chunk} is null when the log has nothing to forget. */
  private record CleanUp(@Nullable ChunkId chunk, List<String> objects) {}

  /** Where sealed chunks come from and go to. */
  record Places(MetaStore meta, AnswerLog log, ObjectStore objects) {}

  ChunkSealer(Places places, InputLimits limits, LongLines longLines, Meters meters) {
    this.longLines = longLines;
    this.meta = places.meta;
    this.log = places.log;
    this.objects = places.objects;
    this.limits = limits;
    this.meters = meters;
  }

  /** Lines without an answer get {@code ending}'s error line; there are none when it is null. */
  SealOutcome seal(RunningBatch running, Chunk chunk, @Nullable Ending ending, Instant now)
      throws IOException {
    Written found = written.get(chunk);
    if (found == null) {
      found = write(running, chunk, ending);
      written.put(chunk, found);
    }
    SealOutcome outcome = meta.seal(found.seal(), now);
    written.remove(chunk);
    cleanUpAgain();
    cleanUp(
        outcome == SealOutcome.FENCED
            ? new CleanUp(null, found.objects())
            : new CleanUp(chunk.id(), found.spools()));
    return outcome;
  }

  private Written write(RunningBatch running, Chunk chunk, @Nullable Ending ending)
      throws IOException {
    NavigableMap<Integer, Answer> unexecuted =
        ending == null ? new TreeMap<Integer, Answer>() : unexecuted(running, chunk, ending);
    try (var sealing = new Sealing(running.batch().id(), chunk, unexecuted)) {
      meters.doubles(log.read(chunk.id(), sealing::answered));
      sealing.finish();
      return sealing.written();
    }
  }

  /** Tries again what could not be cleaned up, as far as that works. */
  void cleanUpAgain() {
    CleanUp next = cleanUps.poll();
    while (next != null && isDone(next, System.Logger.Level.DEBUG)) {
      next = cleanUps.poll();
    }
    if (next != null) {
      keep(next);
    }
  }

  private void cleanUp(CleanUp work) {
    if (!isDone(work, System.Logger.Level.WARNING)) {
      keep(work);
    }
  }

  private void keep(CleanUp work) {
    if (!cleanUps.offer(work)) {
      LOG.log(System.Logger.Level.WARNING, "left to the next start and the sweep: {0}", work);
    }
  }

  private boolean isDone(CleanUp work, System.Logger.Level level) {
    try {
      if (work.chunk() != null) {
        log.forget(work.chunk());
      }
      for (String key : work.objects()) {
        objects.delete(key);
      }
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.log(level, "what a sealed chunk leaves could not be deleted; it is tried again", e);
      return false;
    }
  }

  private NavigableMap<Integer, Answer> unexecuted(RunningBatch running, Chunk chunk, Ending ending)
      throws IOException {
    BitSet held = log.take(chunk.id(), chunk.epoch());
    var answers = new TreeMap<Integer, Answer>();
    List<Bytes> customIds = customIds(running, chunk);
    for (int i = held.nextClearBit(0); i < chunk.lines(); i = held.nextClearBit(i + 1)) {
      answers.put(
          i, running.answerLine(chunk.firstLine() + i, customIds.get(i)).unexecuted(ending));
    }
    return answers;
  }

  /**
   * The custom_id of each line. A batch whose input is lost ends all the same, with every line
   * accounted for: those behind the loss have none.
   */
  private List<Bytes> customIds(RunningBatch running, Chunk chunk) throws IOException {
    var found = new ArrayList<Bytes>(chunk.lines());
    try (var lines =
        new JsonLines(
            running.input().stream(chunk.offset(), chunk.length()),
            limits.lineBytesMax(),
            longLines)) {
      while (found.size() < chunk.lines() && lines.next()) {
        if (!lines.isBlank()) {
          LineSpan span = ChunkLoader.line(running, chunk, lines).span();
          found.add(lines.line().slice(span.idStart(), span.idLength()).copy());
        }
      }
    } catch (ObjectMissingException
        | ObjectDamagedException
        | EOFException
        | ChangedInputException e) {
      if (running.isInputLost().compareAndSet(false, true)) {
        LOG.log(
            System.Logger.Level.ERROR,
            running.batch().id() + " ends without the custom_ids of lines that did not run",
            e);
      }
    }
    found.addAll(Collections.nCopies(chunk.lines() - found.size(), NO_ID));
    return found;
  }

  /** One sealing: the two objects and what they hold. */
  private final class Sealing implements AutoCloseable {
    private final BatchId batch;
    private final Chunk chunk;
    private final NavigableMap<Integer, Answer> unexecuted;
    private final Tally tally = new Tally();
    private final List<String> spools = new ArrayList<>();
    private ObjectStore.@Nullable Writer output;
    private ObjectStore.@Nullable Writer error;
    private int lines;

    Sealing(BatchId batch, Chunk chunk, NavigableMap<Integer, Answer> unexecuted) {
      this.batch = batch;
      this.chunk = chunk;
      this.unexecuted = unexecuted;
    }

    void answered(int line, Answer answer) throws IOException {
      while (!unexecuted.isEmpty() && unexecuted.firstKey() < line) {
        write(unexecuted.pollFirstEntry().getValue());
      }
      tally.add(answer);
      write(answer);
    }

    void finish() throws IOException {
      while (!unexecuted.isEmpty()) {
        write(unexecuted.pollFirstEntry().getValue());
      }
      if (lines != chunk.lines()) {
        throw new IOException(
            "chunk %s has answers for %d of %d lines".formatted(chunk.id(), lines, chunk.lines()));
      }
      if (output != null) {
        output.commit();
      }
      if (error != null) {
        error.commit();
      }
    }

    Written written() {
      var seal =
          new MetaStore.Seal(
              chunk.id(),
              chunk.epoch(),
              output == null ? 0 : output.bytesWritten(),
              error == null ? 0 : error.bytesWritten(),
              tally.completed,
              tally.failed,
              tally.usage);
      return new Written(seal, List.of(outputKey(), errorKey()), spools);
    }

    private String outputKey() {
      return ObjectKeys.output(batch, chunk.id().number(), chunk.epoch());
    }

    private String errorKey() {
      return ObjectKeys.error(batch, chunk.id().number(), chunk.epoch());
    }

    private void write(Answer answer) throws IOException {
      OutputStream out = answer.isSuccess() ? output() : error();
      answer.head().writeTo(out);
      if (answer.spool() != null) {
        spools.add(answer.spool());
        copySpool(answer.spool(), answer.spoolBytes(), out);
        answer.tail().writeTo(out);
      }
      out.write('\n');
      lines++;
    }

    private void copySpool(String key, long bytes, OutputStream out) throws IOException {
      try (ObjectStore.Reader spool = objects.open(key)) {
        if (spool.length() != bytes) {
          throw new EOFException(
              "object %s has %d bytes, its answer %d".formatted(key, spool.length(), bytes));
        }
        // Not closed: that would close the object's writer.
        var line = new OneLine(out);
        spool.stream(0, spool.length()).transferTo(line);
      }
    }

    private OutputStream output() throws IOException {
      if (output == null) {
        output = objects.create(outputKey());
      }
      return output;
    }

    private OutputStream error() throws IOException {
      if (error == null) {
        error = objects.create(errorKey());
      }
      return error;
    }

    @Override
    public void close() throws IOException {
      try {
        if (output != null) {
          output.close();
        }
      } finally {
        if (error != null) {
          error.close();
        }
      }
    }
  }
}
