package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.engine.message.Event.ClaimedLine;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.file.JsonLines;
import dev.nightjar.file.LongLines;
import dev.nightjar.store.AnswerLog;
import dev.nightjar.store.ChunkInput;
import dev.nightjar.store.ChunkStore;
import dev.nightjar.validation.InputLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Claims chunks and finds their lines and the answers that the log already has. If the process dies
 * here, the chunks are claimed again with the next epoch.
 */
final class ChunkLoader {
  private final ChunkStore chunks;
  private final AnswerLog log;
  private final OpenInputs inputs;
  private final InputLimits limits;
  private final LongLines longLines;

  ChunkLoader(
      ChunkStore chunks,
      AnswerLog log,
      OpenInputs inputs,
      InputLimits limits,
      LongLines longLines) {
    this.longLines = longLines;
    this.chunks = chunks;
    this.log = log;
    this.inputs = inputs;
    this.limits = limits;
  }

  /** What it returns is open, and nothing else. */
  List<ClaimedChunk> claim(RunningBatch running, int max, boolean isClosing) throws IOException {
    Deque<Chunk> unread = running.unread();
    if (unread.isEmpty()) {
      claim(running, max);
    }
    var claimed = new ArrayList<ClaimedChunk>(unread.size());
    while (!unread.isEmpty()) {
      try {
        claimed.add(open(running, unread.getFirst(), isClosing));
      } catch (IOException | RuntimeException | AssertionError e) {
        if (claimed.isEmpty()) {
          throw e;
        }
        return claimed; // The next claim begins with this one, and says why it fails.
      }
      unread.removeFirst();
    }
    return claimed;
  }

  /**
   * Chunks are claimed in their order. Those behind the last one that came to us are of a claim
   * that was made and whose return was lost: nobody else would ever take them up.
   */
  private void claim(RunningBatch running, int max) {
    long batch = running.batch().sequence();
    if (!running.isClaimKnown().compareAndSet(true, false)) {
      chunks.releaseChunks(batch, running.lastClaimed().get());
    }
    List<Chunk> claimed = chunks.claim(batch, max);
    running.isClaimKnown().set(true);
    if (!claimed.isEmpty()) {
      running.lastClaimed().set(claimed.getLast().id().number());
    }
    running.unread().addAll(claimed);
  }

  private ClaimedChunk open(RunningBatch running, Chunk chunk, boolean isClosing)
      throws IOException {
    ChunkInput input = inputs.open(running, chunk);
    boolean isRead = false;
    try {
      ClaimedChunk claimed = read(running, chunk, isClosing ? null : input);
      isRead = true;
      return claimed;
    } finally {
      if (!isRead) {
        inputs.close(chunk);
      }
    }
  }

  /** Without its lines if there is no input to read them from. */
  private ClaimedChunk read(RunningBatch running, Chunk chunk, @Nullable ChunkInput input)
      throws IOException {
    BitSet held = log.take(chunk.id(), chunk.epoch());
    var tally = new Tally();
    if (!held.isEmpty()) {
      log.read(chunk.id(), (_, answer) -> tally.add(answer));
    }
    List<ClaimedLine> lines = input == null ? List.of() : lines(running, chunk, input);
    return new ClaimedChunk(chunk, lines, held, tally.counts(), tally.usage, tally.bytes);
  }

  private List<ClaimedLine> lines(RunningBatch running, Chunk chunk, ChunkInput input)
      throws IOException {
    var found = new ArrayList<ClaimedLine>(chunk.lines());
    try (var lines = new JsonLines(input.stream(), limits.lineBytesMax(), longLines)) {
      while (lines.next()) {
        if (!lines.isBlank()) {
          found.add(line(running, chunk, lines));
        }
      }
    }
    if (found.size() != chunk.lines()) {
      throw new ChangedInputException(
          "%s has %d lines, its chunk has %d: the input file has changed"
              .formatted(running.name(chunk.id()), found.size(), chunk.lines()),
          null);
    }
    return found;
  }

  static ClaimedLine line(RunningBatch running, Chunk chunk, JsonLines lines) throws IOException {
    try {
      RequestLine line = RequestLine.parse(lines.line());
      var span =
          new LineSpan(
              chunk.offset() + lines.offset(),
              lines.line().length(),
              line.idStart(),
              line.idLength(),
              line.bodyStart(),
              line.bodyLength(),
              line.modelStart(),
              line.modelLength());
      return new ClaimedLine(span, line.model() == null ? "" : line.model());
    } catch (MalformedLineException e) {
      throw new ChangedInputException(
          "%s is not what was validated: %s".formatted(running.name(chunk.id()), e.problem()), e);
    }
  }

  /** The input is another than the one that was validated. */
  static final class ChangedInputException extends IOException {
    private static final long serialVersionUID = 1;

    ChangedInputException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** Sums of answers. */
  static final class Tally {
    long completed;
    long failed;
    long bytes;
    Usage usage = Usage.NONE;

    void add(Answer answer) {
      if (answer.isSuccess()) {
        completed++;
      } else {
        failed++;
      }
      bytes += answer.bytes();
      usage = usage.plus(answer.usage());
    }

    RequestCounts counts() {
      return new RequestCounts(completed + failed, completed, failed);
    }
  }
}
