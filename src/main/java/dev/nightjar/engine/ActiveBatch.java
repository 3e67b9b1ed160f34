package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A batch that is being worked on. Engine thread only. */
final class ActiveBatch {
  static final Comparator<ActiveBatch> BY_DEADLINE =
      Comparator.<ActiveBatch>comparingLong(b -> b.run.deadlineMillis())
          .thenComparingLong(b -> b.run.batch());
  static final Comparator<ActiveBatch> BY_SIZE =
      Comparator.<ActiveBatch>comparingInt(b -> b.sizeRank).thenComparingLong(b -> b.run.batch());

  final BatchRun run;

  /** The pool whose window its claims fill: that of its model, or the one of all models. */
  final Pool home;

  final Map<ChunkId, OpenChunk> openChunks = new LinkedHashMap<>();

  /** Its lines that wait for a slot, by model. */
  final Map<String, BatchQueue> queues = new LinkedHashMap<>();

  /** What keeps its chunks from being claimed, or the batch from being ended. */
  final Trouble trouble = new Trouble();

  int unclaimedChunks;
  int unsealedChunks;
  boolean isClaiming;

  /** How many its claim under way asks for. */
  int claimingChunks;

  /** Why it stops early; null while it runs. Once set, no line of it is sent. */
  @Nullable Ending ending;

  /** The deadline has passed and MetaStore has been asked to expire it. */
  boolean isExpiring;

  boolean isFinishing;

  /** Unsealed chunks when it was last ranked: changed only while it is in no ranking. */
  int sizeRank;

  private long completed;
  private long failed;
  private Usage usage;

  ActiveBatch(BatchRun run, Pool home) {
    this.run = run;
    this.home = home;
    this.unclaimedChunks = run.unsealedChunks();
    this.unsealedChunks = run.unsealedChunks();
    this.sizeRank = unsealedChunks;
    this.completed = run.sealed().completed();
    this.failed = run.sealed().failed();
    this.usage = run.sealedUsage();
  }

  boolean isRunning() {
    return ending == null && !isExpiring;
  }

  void count(Answer answer) {
    count(answer.isSuccess() ? 1 : 0, answer.isSuccess() ? 0 : 1, answer.usage());
  }

  void count(long moreCompleted, long moreFailed, Usage moreUsage) {
    completed += moreCompleted;
    failed += moreFailed;
    usage = usage.plus(moreUsage);
  }

  BatchRunner.Live live(@Nullable String reason) {
    return new BatchRunner.Live(new RequestCounts(run.lines(), completed, failed), usage, reason);
  }

  /** What our own machine fails at, for it or one of its chunks; null while all is well. */
  @Nullable String troubles() {
    if (trouble.reason() != null) {
      return trouble.reason();
    }
    for (OpenChunk chunk : openChunks.values()) {
      if (chunk.trouble.reason() != null) {
        return chunk.trouble.reason();
      }
    }
    return null;
  }

  /** A call or an append of one of its lines is under way. */
  boolean isUnderWay() {
    for (OpenChunk chunk : openChunks.values()) {
      if (chunk.busy > 0) {
        return true;
      }
    }
    return false;
  }

  /** It has chunks that are not claimed, and none under way. */
  boolean wantsChunks() {
    return unclaimedChunks > 0 && !isClaiming && openChunks.isEmpty();
  }

  boolean isFullyAnswered() {
    return completed + failed == run.lines();
  }

  int linesPerChunk() {
    return (int) Math.max(1, run.lines() / Math.max(1, run.unsealedChunks()));
  }
}
