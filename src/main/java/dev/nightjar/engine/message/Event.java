package dev.nightjar.engine.message;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.store.ChunkStore.SealOutcome;
import java.io.Serializable;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What happens to the engine: the only way in. */
public sealed interface Event extends Serializable {
  /** A batch is ready to run, or to go on after a restart. */
  record Started(BatchStart run) implements Event {}

  /** A claim succeeded, and the inputs are open; no chunks when another node was faster. */
  record Claimed(long batch, List<ClaimedChunk> chunks) implements Event {}

  record ClaimFailed(long batch, String reason) implements Event {}

  /** A call has ended. */
  record Ended(LineId line, CallOutcome attempt) implements Event {}

  /** Answers are durable, but those of refused chunks: another node owns these now. */
  record Appended(List<Pending> answers, Set<ChunkId> refused) implements Event {}

  record Sealed(Chunk chunk, SealOutcome outcome) implements Event {}

  record SealFailed(Chunk chunk, String reason) implements Event {}

  record Finished(long batch) implements Event {}

  record FinishFailed(long batch, String reason) implements Event {}

  /** The database says that the batch stops early; null: it does not, it was finalizing already. */
  record Stopping(long batch, @Nullable Ending ending) implements Event {}

  record ExpireFailed(long batch, String reason) implements Event {}

  /**
   * A control call has ended: Answered when it was ok, Failed when it was not; anything else when
   * there was none to be made.
   */
  record Controlled(int upstream, String model, String url, CallOutcome outcome) implements Event {}

  /** What an upstream says that it has, in its order; empty when it does not say. */
  record ModelsListed(int upstream, Set<String> models) implements Event {}

  /** An upstream says how many calls at a time it works on. */
  record SlotsTold(int upstream, int slots) implements Event {}

  /** An upstream could not be asked which models it has. */
  record ListFailed(int upstream, String reason) implements Event {}

  /** Answers cannot be written, and why: dispatch waits; null: it goes on. */
  record Held(@Nullable String reason) implements Event {}

  /** The disk has too little room to begin anything, in a sentence; null: it has enough again. */
  record DiskShort(@Nullable String reason) implements Event {}

  /** Of a batch before it starts. */
  sealed interface Unvalidated extends Event {
    long batch();
  }

  /**
   * A batch is to be validated. One that is known is no error.
   *
   * @param fileBytes the size of its input
   * @param memoryBytes what its validation takes from its beginning
   */
  record Submitted(
      long batch, String project, long fileBytes, long memoryBytes, long deadlineMillis)
      implements Unvalidated {}

  /** A slice of its file is checked, and there is more. */
  record SliceChecked(long batch) implements Unvalidated {}

  /** The same, but the next slice needs so much more memory. */
  record MemoryWanted(long batch, long bytes) implements Unvalidated {}

  /** Its validation failed for no fault of its file: it is to be tried again. */
  record ValidateFailed(long batch, String reason) implements Unvalidated {}

  /** Its validation is over, and it does not start: its end is stored, or somebody stores it. */
  record ValidationEnded(long batch) implements Unvalidated {}

  /** It was cancelled before it was validated. */
  record Withdrawn(long batch) implements Unvalidated {}

  /** The database says that it expires, and was not validated. */
  record ExpiredUnvalidated(long batch) implements Unvalidated {}

  /** The process is about to stop: send nothing more. */
  record Draining() implements Event {}

  /**
   * What the clock that deadlines are told in is ahead of the engine's time.
   *
   * @param isConfirmed whether it may be told from the deadlines of an earlier process
   */
  record ClockSet(long aheadMillis, boolean isConfirmed) implements Event {}

  /** Time has passed. */
  record Tick() implements Event {}

  /**
   * A chunk with what the log holds of it.
   *
   * @param lines those of all its lines, in order; empty when the batch is stopping
   * @param held lines that are answered already
   * @param heldCounts of those answers
   * @param heldBytes of those answers
   */
  record ClaimedChunk(
      Chunk chunk,
      List<ClaimedLine> lines,
      BitSet held,
      RequestCounts heldCounts,
      Usage heldUsage,
      long heldBytes)
      implements Serializable {}

  /** Where a claimed line is, and the model it wants; empty for none. */
  record ClaimedLine(LineSpan span, String model) implements Serializable {}

  /** An answer on its way to the log. */
  record Pending(LineId line, Answer answer) implements Serializable {}
}
