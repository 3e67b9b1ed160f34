package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.BatchId;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.OneLine;
import dev.nightjar.engine.ChunkLoader.ChangedInputException;
import dev.nightjar.engine.ChunkLoader.Tally;
import dev.nightjar.file.Bytes;
import dev.nightjar.file.JsonLines;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.MetaStore;
import dev.nightjar.store.MetaStore.SealOutcome;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.ObjectStore.ObjectMissingException;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a finished chunk as objects, in line order: rule R5's order is objects, then the sealing
 * transaction, then the log forgets. If the process dies in between, the chunk is claimed again,
 * and sealed again with the same bytes, under keys of the next epoch.
 */
final class ChunkSealer {
  private static final System.Logger LOG = System.getLogger(ChunkSealer.class.getName());
  private static final Bytes NO_ID = Bytes.utf8("null");

  private final MetaStore meta;
  private final AnswerLog log;
  private final ObjectStore objects;
  private final InputLimits limits;
  private final Meters meters;

  ChunkSealer(BatchEngine.Stores stores, InputLimits limits, Meters meters) {
    this.meta = stores.meta();
    this.log = stores.log();
    this.objects = stores.objects();
    this.limits = limits;
    this.meters = meters;
  }

  /** Lines without an answer get {@code ending}'s error line; there are none when it is null. */
  SealOutcome seal(RunningBatch running, Chunk chunk, @Nullable Ending ending, Instant now)
      throws IOException {
    NavigableMap<Integer, Answer> unexecuted =
        ending == null ? new TreeMap<Integer, Answer>() : unexecuted(running, chunk, ending);
    try (var sealing = new Sealing(running.batch().id(), chunk, unexecuted)) {
      meters.doubles(log.read(chunk.id(), sealing::answered));
      sealing.finish();
      SealOutcome outcome = meta.seal(sealing.seal(), now);
      if (outcome == SealOutcome.FENCED) {
        sealing.deleteObjects();
        return outcome;
      }
      log.forget(chunk.id());
      for (String spool : sealing.spools) {
        objects.delete(spool);
      }
      return outcome;
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
    var lines =
        new JsonLines(
            running.input().stream(chunk.offset(), chunk.length()), limits.lineBytesMax());
    try {
      while (found.size() < chunk.lines() && lines.next()) {
        if (!lines.isBlank()) {
          LineSpan span = ChunkLoader.line(running, chunk, lines).span();
          found.add(lines.line().slice(span.idStart(), span.idLength()));
        }
      }
    } catch (ObjectMissingException | EOFException | ChangedInputException e) {
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
    private int written;

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
      if (written != chunk.lines()) {
        throw new IOException(
            "chunk %s has answers for %d of %d lines"
                .formatted(chunk.id(), written, chunk.lines()));
      }
      if (output != null) {
        output.commit();
      }
      if (error != null) {
        error.commit();
      }
    }

    MetaStore.Seal seal() {
      return new MetaStore.Seal(
          chunk.id(),
          chunk.epoch(),
          output == null ? 0 : output.bytesWritten(),
          error == null ? 0 : error.bytesWritten(),
          tally.completed,
          tally.failed,
          tally.usage);
    }

    void deleteObjects() throws IOException {
      objects.delete(outputKey());
      objects.delete(errorKey());
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
        copySpool(answer.spool(), out);
        answer.tail().writeTo(out);
      }
      out.write('\n');
      written++;
    }

    private void copySpool(String key, OutputStream out) throws IOException {
      try (ObjectStore.Reader spool = objects.open(key)) {
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
      if (output != null) {
        output.close();
      }
      if (error != null) {
        error.close();
      }
    }
  }
}
