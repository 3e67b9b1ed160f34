package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.AnswerLine;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.Chunk;
import dev.nightjar.engine.ChunkLoader.ChangedInputException;
import dev.nightjar.engine.ChunkObjects.Written;
import dev.nightjar.engine.Leftovers.Leftover;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.file.Bytes;
import dev.nightjar.file.JsonLines;
import dev.nightjar.file.LongLines;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.ChunkStore;
import dev.nightjar.store.ChunkStore.SealOutcome;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.ObjectStore.ObjectDamagedException;
import dev.nightjar.store.ObjectStore.ObjectMissingException;
import dev.nightjar.validation.InputLimits;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
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

  private final ChunkStore chunks;
  private final AnswerLog log;
  private final ObjectStore objects;
  private final OpenInputs inputs;
  private final InputLimits limits;
  private final LongLines longLines;
  private final WorkFigures workFigures;
  private final Leftovers leftovers;

  /** Chunks whose objects are durable and whose sealing transaction has not returned. */
  private final Map<Chunk, Written> written = new ConcurrentHashMap<>();

  /** Where sealed chunks come from and go to. */
  record Places(ChunkStore chunks, AnswerLog log, ObjectStore objects, OpenInputs inputs) {}

  ChunkSealer(Places places, InputLimits limits, LongLines longLines, WorkFigures workFigures) {
    this.longLines = longLines;
    this.chunks = places.chunks;
    this.log = places.log;
    this.objects = places.objects;
    this.inputs = places.inputs;
    this.limits = limits;
    this.workFigures = workFigures;
    this.leftovers = new Leftovers(log, objects);
  }

  /** Lines without an answer get {@code ending}'s error line; there are none when it is null. */
  SealOutcome seal(RunningBatch running, Chunk chunk, @Nullable Ending ending) throws IOException {
    Written found = written.get(chunk);
    if (found == null) {
      found = write(running, chunk, ending);
      written.put(chunk, found);
    }
    SealOutcome outcome = chunks.seal(found.seal());
    written.remove(chunk);
    leftovers.tryAgain();
    leftovers.delete(
        outcome == SealOutcome.FENCED
            ? new Leftover(null, found.objects())
            : new Leftover(chunk.id(), found.spools()));
    return outcome;
  }

  private Written write(RunningBatch running, Chunk chunk, @Nullable Ending ending)
      throws IOException {
    NavigableMap<Integer, Answer> unexecuted =
        ending == null ? new TreeMap<Integer, Answer>() : unexecuted(running, chunk, ending);
    try (var both = new ChunkObjects(objects, running.batch().id(), chunk, unexecuted)) {
      workFigures.doubles(log.read(chunk.id(), both::answered));
      both.finish();
      return both.written();
    }
  }

  /** Tries again what could not be cleaned up, as far as that works. */
  void cleanUpAgain() {
    leftovers.tryAgain();
  }

  private NavigableMap<Integer, Answer> unexecuted(RunningBatch running, Chunk chunk, Ending ending)
      throws IOException {
    BitSet held = log.take(chunk.id(), chunk.epoch());
    var answers = new TreeMap<Integer, Answer>();
    List<Bytes> customIds = customIds(running, chunk);
    for (int i = held.nextClearBit(0); i < chunk.lines(); i = held.nextClearBit(i + 1)) {
      var line = new AnswerLine(running.batch().id(), chunk.firstLine() + i, customIds.get(i));
      answers.put(i, line.unexecuted(ending));
    }
    return answers;
  }

  /**
   * The custom_id of each line. A batch whose input is lost ends all the same, with every line
   * accounted for: those behind the loss have none.
   */
  private List<Bytes> customIds(RunningBatch running, Chunk chunk) throws IOException {
    var found = new ArrayList<Bytes>(chunk.lines());
    try (var lines = new JsonLines(inputs.of(chunk).stream(), limits.lineBytesMax(), longLines)) {
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
}
