package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.BatchStart;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.engine.message.Event.ClaimedLine;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.store.ChunkStore.SealOutcome;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is durable in a simulated run, as values: batches, their chunks, and the log of answers. It
 * does what the real stores do, and says what must not be asked of them.
 */
final class SimulatedStores {
  final Map<Long, StoredBatch> batches = new LinkedHashMap<>();
  private final Consumer<String> violations;

  SimulatedStores(Consumer<String> violations) {
    this.violations = violations;
  }

  /** A batch; its lines' models take turns. */
  static final class StoredBatch {
    final long id;
    final SimulatedFile file;
    final List<String> models;
    final long deadlineMillis;
    final List<StoredChunk> chunks = new ArrayList<>();
    @Nullable Ending ending;
    boolean isValidated;
    boolean isFinished;

    StoredBatch(
        long id,
        SimulatedFile file,
        List<String> models,
        long deadlineMillis,
        int lines,
        int linesPerChunk) {
      this.id = id;
      this.file = file;
      this.models = models;
      this.deadlineMillis = deadlineMillis;
      for (int first = 0; first < lines; first += linesPerChunk) {
        var chunkId = new ChunkId(id, chunks.size());
        chunks.add(new StoredChunk(chunkId, first, Math.min(linesPerChunk, lines - first)));
      }
    }

    long lines() {
      return chunks.stream().mapToInt(chunk -> chunk.lines).sum();
    }

    String model(int line) {
      return models.get(line % models.size());
    }

    long answered(boolean isSuccess) {
      return chunks.stream()
          .flatMap(chunk -> chunk.answers.values().stream())
          .filter(success -> success == isSuccess)
          .count();
    }

    boolean isSealed() {
      return chunks.stream().allMatch(chunk -> chunk.isSealed);
    }

    BatchStart run(boolean isFromBefore) {
      var sealed = chunks.stream().filter(chunk -> chunk.isSealed).toList();
      long completed = sealed.stream().mapToLong(chunk -> chunk.count(true)).sum();
      long failed = sealed.stream().mapToLong(chunk -> chunk.count(false)).sum();
      return new BatchStart(
          id,
          models.size() == 1 ? models.getFirst() : "",
          EngineDriver.URL,
          deadlineMillis,
          lines(),
          chunks.size() - sealed.size(),
          new RequestCounts(lines(), completed, failed),
          Usage.NONE,
          ending,
          isFromBefore);
    }
  }

  static final class StoredChunk {
    final ChunkId id;
    final int firstLine;
    final int lines;

    /** By line: whether it is a success. */
    final Map<Integer, Boolean> answers = new TreeMap<>();

    long epoch;
    boolean isClaimed;

    /** It was claimed, and whoever claimed it has not heard of it. */
    boolean isUnheard;

    boolean isSealed;

    /** Another node has it, and completes it. */
    boolean isForeign;

    StoredChunk(ChunkId id, int firstLine, int lines) {
      this.id = id;
      this.firstLine = firstLine;
      this.lines = lines;
    }

    long count(boolean isSuccess) {
      return answers.values().stream().filter(success -> success == isSuccess).count();
    }

    Chunk value() {
      return new Chunk(id, epoch, firstLine, lines, firstLine * 100L, lines * 100L);
    }
  }

  StoredBatch batch(long id) {
    StoredBatch batch = batches.get(id);
    if (batch == null) {
      throw new AssertionError("no batch " + id);
    }
    return batch;
  }

  String model(LineId line) {
    return batch(line.chunk().batch()).model(chunk(line.chunk()).firstLine + line.index());
  }

  private StoredChunk chunk(ChunkId id) {
    return batch(id.batch()).chunks.get(id.number());
  }

  /** The process has died: nobody owns a chunk. */
  void releaseAll() {
    for (StoredBatch batch : batches.values()) {
      for (StoredChunk chunk : batch.chunks) {
        chunk.isClaimed = chunk.isForeign;
        chunk.isUnheard = false;
      }
    }
  }

  /** Another node takes a chunk over; false if it is sealed. */
  boolean takeOver(ChunkId id) {
    StoredChunk chunk = chunk(id);
    if (chunk.isSealed) {
      return false;
    }
    chunk.epoch++;
    chunk.isClaimed = true;
    chunk.isUnheard = false;
    chunk.isForeign = true;
    return true;
  }

  /** It has the rest of the answers, and seals it; the end of the batch too if it was the last. */
  void completeElsewhere(ChunkId id) {
    StoredBatch batch = batch(id.batch());
    StoredChunk chunk = chunk(id);
    for (int i = 0; i < chunk.lines && batch.ending == null; i++) {
      chunk.answers.putIfAbsent(i, true);
    }
    chunk.isSealed = true;
    batch.isFinished |= batch.isSealed();
  }

  void claim(long id, int max) {
    StoredBatch batch = batch(id);
    if (batch.chunks.stream().anyMatch(chunk -> chunk.isUnheard)) {
      return;
    }
    int left = max;
    for (StoredChunk chunk : batch.chunks) {
      if (left > 0 && !chunk.isForeign && !chunk.isClaimed && !chunk.isSealed) {
        chunk.isClaimed = true;
        chunk.isUnheard = true;
        chunk.epoch++;
        left--;
      }
    }
  }

  /** What was claimed and is not heard of yet. */
  List<ClaimedChunk> claimed(long id, boolean isClosing) {
    var claimed = new ArrayList<ClaimedChunk>();
    StoredBatch batch = batch(id);
    for (StoredChunk chunk : batch.chunks) {
      if (chunk.isUnheard) {
        chunk.isUnheard = false;
        claimed.add(claimed(batch, chunk, isClosing));
      }
    }
    return claimed;
  }

  private static ClaimedChunk claimed(StoredBatch batch, StoredChunk chunk, boolean isClosing) {
    var held = new BitSet();
    chunk.answers.keySet().forEach(held::set);
    var lines = new ArrayList<ClaimedLine>();
    for (int i = 0; i < chunk.lines && !isClosing; i++) {
      var span = new LineSpan(i * 100L, 100, 0, 5, 10, 90, 20, 8);
      lines.add(new ClaimedLine(span, batch.model(chunk.firstLine + i)));
    }
    long answers = chunk.answers.size();
    return new ClaimedChunk(
        chunk.value(),
        lines,
        held,
        new RequestCounts(answers, chunk.count(true), chunk.count(false)),
        Usage.NONE,
        2 * answers);
  }

  /** False if the chunk is another's by now. */
  boolean append(LineId line, Answer answer) {
    StoredChunk chunk = chunk(line.chunk());
    if (line.epoch() != chunk.epoch) {
      return false;
    }
    if (chunk.isForeign) {
      violations.accept("an answer for line " + line + ", which another node has");
    }
    if (chunk.isSealed) {
      violations.accept("an answer for line " + line + " after its chunk was sealed");
    }
    if (chunk.answers.put(line.index(), answer.isSuccess()) != null) {
      violations.accept("two answers for line " + line);
    }
    return true;
  }

  boolean isForeign(ChunkId id) {
    return chunk(id).isForeign;
  }

  /** As far as its owner can know. */
  boolean isAnswered(LineId line) {
    StoredChunk chunk = chunk(line.chunk());
    return chunk.epoch == line.epoch() && chunk.answers.containsKey(line.index());
  }

  SealOutcome seal(Chunk value, @Nullable Ending ending) {
    StoredChunk chunk = chunk(value.id());
    if (value.epoch() != chunk.epoch) {
      return SealOutcome.FENCED;
    }
    if (chunk.answers.size() < chunk.lines && ending == null) {
      violations.accept(
          "chunk %s is sealed with %d of %d answers"
              .formatted(chunk.id, chunk.answers.size(), chunk.lines));
    }
    if (ending != null && ending != batch(chunk.id.batch()).ending) {
      violations.accept("chunk %s is sealed as %s".formatted(chunk.id, ending));
    }
    chunk.isSealed = true;
    return batch(chunk.id.batch()).isSealed() ? SealOutcome.SEALED_LAST : SealOutcome.SEALED;
  }

  /** Why it ends early from now on; null if it is too late for that. */
  @Nullable Ending stop(long id, Ending ending) {
    StoredBatch batch = batch(id);
    if (batch.ending == null && !batch.isSealed() && !batch.isFinished) {
      batch.ending = ending;
    }
    return batch.ending;
  }

  void finish(long id) {
    StoredBatch batch = batch(id);
    if (batch.isValidated && !batch.isSealed()) {
      violations.accept("batch %d is finished before all its chunks are sealed".formatted(id));
    }
    if (!batch.isValidated && batch.ending == null) {
      violations.accept("batch %d is finished before it starts".formatted(id));
    }
    batch.isFinished = true;
  }

  /** It begins, or fails; not if it was stopped before. */
  void validated(StoredBatch batch) {
    if (batch.ending == null && !batch.isFinished && !batch.isValidated) {
      batch.isValidated = !batch.file.isInvalid();
      batch.isFinished = batch.file.isInvalid();
    }
  }

  /** Each line has its answer, but for those of a batch that ended early. */
  void checkEnds() {
    for (StoredBatch batch : batches.values()) {
      if (!batch.isFinished) {
        violations.accept("batch %d never ends".formatted(batch.id));
      }
      long answers = batch.answered(true) + batch.answered(false);
      if (batch.isValidated && batch.ending == null && answers != batch.lines()) {
        violations.accept(
            "batch %d has %d answers of %d".formatted(batch.id, answers, batch.lines()));
      }
    }
  }
}
