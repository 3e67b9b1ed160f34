package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.BatchStart;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.engine.message.Live;
import java.io.Serializable;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A batch that is being worked on. Engine thread only. */
final class ActiveBatch implements Serializable {
  /** An enum, since what is sorted by it is part of the state that a trace holds. */
  enum Order implements Comparator<ActiveBatch> {
    BY_DEADLINE;

    @Override
    public int compare(ActiveBatch one, ActiveBatch other) {
      int byDeadline = Long.compare(one.run.deadlineMillis(), other.run.deadlineMillis());
      return byDeadline != 0 ? byDeadline : Long.compare(one.run.batch(), other.run.batch());
    }
  }

  final BatchStart run;

  /** The window that its claims fill: that of its model, or the one of all models. */
  final Window window;

  /** What keeps its chunks from being claimed, or the batch from being ended. */
  final Backoff backoff = new Backoff();

  private final Map<ChunkId, OpenChunk> openChunks = new LinkedHashMap<>();
  private Phase phase = Phase.RUNNING;
  private @Nullable Ending ending;
  private int unclaimedChunks;
  private int unsealedChunks;

  /** How many its claim under way asks for; 0 when none is. */
  private int claimingChunks;

  /** Its lines that wait for a slot. */
  private int waitingLines;

  private long completed;
  private long failed;
  private Usage usage;

  private enum Phase {
    RUNNING,
    /** The deadline has passed and MetaStore has been asked to expire it: no line is sent. */
    EXPIRING,
    /** MetaStore says that it stops early. */
    STOPPING,
    /** All chunks are sealed, and its end is being stored. */
    FINISHING
  }

  ActiveBatch(BatchStart run, Window window) {
    this.run = run;
    this.window = window;
    this.unclaimedChunks = run.unsealedChunks();
    this.unsealedChunks = run.unsealedChunks();
    this.completed = run.sealed().completed();
    this.failed = run.sealed().failed();
    this.usage = run.sealedUsage();
  }

  // ---- its phases

  boolean isRunning() {
    return phase == Phase.RUNNING;
  }

  /** Why it stops early; null while it does not. */
  @Nullable Ending ending() {
    return ending;
  }

  boolean mayExpire() {
    return isRunning() && !isFullyAnswered();
  }

  void expiring() {
    phase = Phase.EXPIRING;
  }

  void stop(Ending why) {
    ending = why;
    if (phase != Phase.FINISHING) {
      phase = Phase.STOPPING;
    }
  }

  /** True if it was not finishing yet. */
  boolean finish() {
    boolean isNew = phase != Phase.FINISHING;
    phase = Phase.FINISHING;
    return isNew;
  }

  // ---- its chunks

  List<OpenChunk> openChunks() {
    return List.copyOf(openChunks.values());
  }

  int openChunkCount() {
    return openChunks.size();
  }

  @Nullable OpenChunk openChunk(ChunkId id) {
    return openChunks.get(id);
  }

  OpenChunk open(ClaimedChunk claimed) {
    var open = new OpenChunk(claimed, isRunning());
    openChunks.put(open.chunk.id(), open);
    unclaimedChunks--;
    RequestCounts held = claimed.heldCounts();
    count(held.completed(), held.failed(), claimed.heldUsage());
    return open;
  }

  /** It is sealed, or another node's. */
  void closed(OpenChunk open) {
    openChunks.remove(open.chunk.id(), open);
  }

  int unsealedChunks() {
    return unsealedChunks;
  }

  void sealed() {
    unsealedChunks--;
  }

  boolean isClaiming() {
    return claimingChunks > 0;
  }

  boolean mayClaim() {
    return isRunning() && mayClaimToClose();
  }

  boolean mayClaimToClose() {
    return unclaimedChunks > 0 && !isClaiming();
  }

  /** A claim is made of so many chunks, or of what there is. */
  int claim(int max) {
    claimingChunks = Math.min(max, unclaimedChunks);
    window.addClaiming(claimingChunks * linesPerChunk());
    return claimingChunks;
  }

  /** The claim has succeeded or failed; of how many chunks it was. */
  int claimEnded() {
    int chunks = claimingChunks;
    window.addClaiming(-chunks * linesPerChunk());
    claimingChunks = 0;
    return chunks;
  }

  /** Other nodes have claimed all that was left. */
  void noneLeft() {
    unclaimedChunks = 0;
  }

  /** So many lines more wait for a slot, or fewer. */
  void addWaiting(int more) {
    waitingLines += more;
    window.addWaiting(more);
  }

  boolean hasWaiting() {
    return waitingLines > 0;
  }

  // ---- its answers

  void count(Answer answer) {
    count(answer.isSuccess() ? 1 : 0, answer.isSuccess() ? 0 : 1, answer.usage());
  }

  private void count(long moreCompleted, long moreFailed, Usage moreUsage) {
    completed += moreCompleted;
    failed += moreFailed;
    usage = usage.plus(moreUsage);
  }

  Live live(@Nullable String reason) {
    return new Live(new RequestCounts(run.lines(), completed, failed), usage, reason);
  }

  /** What our own machine fails at, for it or one of its chunks; null while all is well. */
  @Nullable String backoffReason() {
    if (backoff.reason() != null) {
      return backoff.reason();
    }
    for (OpenChunk chunk : openChunks.values()) {
      if (chunk.backoff.reason() != null) {
        return chunk.backoff.reason();
      }
    }
    return null;
  }

  /** A call or an append of one of its lines is under way. */
  boolean isUnderWay() {
    for (OpenChunk chunk : openChunks.values()) {
      if (chunk.isBusy()) {
        return true;
      }
    }
    return false;
  }

  /** It has chunks that are not claimed, and none under way. */
  boolean wantsChunks() {
    return mayClaimToClose() && openChunks.isEmpty();
  }

  boolean isFullyAnswered() {
    return completed + failed == run.lines();
  }

  int linesPerChunk() {
    return (int) Math.max(1, run.lines() / Math.max(1, run.unsealedChunks()));
  }
}
