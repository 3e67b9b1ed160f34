package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.BatchStart;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.engine.message.Live;
import dev.nightjar.engine.pace.CallLimits;
import java.io.Serializable;
import java.util.Comparator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A batch that is being worked on. Engine thread only. */
final class ActiveBatch implements Window.Member, Serializable {
  /** An enum, since what is sorted by it is part of the state that a trace holds. */
  enum Order implements Comparator<ActiveBatch> {
    BY_DEADLINE;

    @Override
    public int compare(ActiveBatch one, ActiveBatch other) {
      int byDeadline = Long.compare(one.run.deadlineMillis(), other.run.deadlineMillis());
      return byDeadline != 0 ? byDeadline : Long.compare(one.id(), other.id());
    }
  }

  final BatchStart run;

  /** The window that its claims fill: that of its model, or the one of all models. */
  final Window window;

  /** How many calls it may have. */
  final CallLimits calls;

  /** What keeps its chunks from being claimed, or the batch from being ended. */
  final Backoff backoff = new Backoff();

  /** Those that are more than at rest; it says when it comes to be one. */
  private final Set<ActiveBatch> notable;

  private Phase phase = Phase.RUNNING;
  private @Nullable Ending ending;
  private int unclaimedChunks;
  private int unsealedChunks;

  /** How many its claim under way asks for; 0 when none is. */
  private int claimingChunks;

  private int openChunks;

  /** Its lines that wait for a slot. */
  private int waitingLines;

  /** Its lines of which a call or an append is under way. */
  private int busyLines;

  private long completed;
  private long failed;
  private Usage usage;

  private enum Phase {
    RUNNING,
    /** The deadline has passed and the database has been asked to expire it: it is held. */
    EXPIRING,
    /** The database says that it stops early. */
    STOPPING,
    /** All chunks are sealed, and its end is being stored. */
    FINISHING,
    ENDED
  }

  ActiveBatch(BatchStart run, Window window, Set<ActiveBatch> notable, CallLimits calls) {
    this.run = run;
    this.calls = calls;
    this.window = window;
    this.notable = notable;
    this.unclaimedChunks = run.unsealedChunks();
    this.unsealedChunks = run.unsealedChunks();
    this.completed = run.sealed().completed();
    this.failed = run.sealed().failed();
    this.usage = run.sealedUsage();
    notable.add(this);
  }

  /** Its sequence number. */
  long id() {
    return run.batch();
  }

  // ---- its phases

  boolean isRunning() {
    return phase == Phase.RUNNING;
  }

  /** Why it stops early; null while it does not. */
  @Nullable Ending ending() {
    return ending;
  }

  /** No line of it may be sent for now; those that wait stay where they are. */
  @Override
  public boolean isHeld() {
    return phase == Phase.EXPIRING;
  }

  @Override
  public int linesAhead() {
    return Math.min(waitingLines, calls.enoughAhead());
  }

  /** As many of its lines wait as its limits of calls need. */
  boolean isAhead() {
    return waitingLines >= calls.enoughAhead();
  }

  /** In a sentence; for one that is held. */
  String heldBecause() {
    return "its deadline has passed, and that is being stored";
  }

  boolean mayExpire() {
    return isRunning() && !isFullyAnswered();
  }

  void expiring() {
    phase = Phase.EXPIRING;
    notable.add(this);
  }

  void stop(Ending why) {
    ending = why;
    notable.add(this);
    if (phase != Phase.FINISHING) {
      phase = Phase.STOPPING;
    }
  }

  /** True if it was not finishing yet. */
  boolean finish() {
    boolean isNew = phase != Phase.FINISHING;
    phase = Phase.FINISHING;
    notable.add(this);
    return isNew;
  }

  void end() {
    phase = Phase.ENDED;
  }

  /** Its end is stored: whatever of it was under way is nobody's. */
  boolean hasEnded() {
    return phase == Phase.ENDED;
  }

  // ---- its chunks

  int openChunks() {
    return openChunks;
  }

  void opened(ClaimedChunk claimed) {
    openChunks++;
    unclaimedChunks--;
    RequestCounts held = claimed.heldCounts();
    count(held.completed(), held.failed(), claimed.heldUsage());
  }

  /** One is sealed, or another node's. */
  void closed() {
    openChunks--;
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
    notable.add(this);
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
    window.waits(this);
  }

  @Override
  public int waitingLines() {
    return waitingLines;
  }

  boolean hasWaiting() {
    return waitingLines > 0;
  }

  /** So many lines more are busy, or fewer. */
  void addBusy(int more) {
    busyLines += more;
  }

  /** A call or an append of one of its lines is under way. */
  boolean isUnderWay() {
    return busyLines > 0;
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

  /** It has chunks that are not claimed, and none under way. */
  boolean wantsChunks() {
    return mayClaimToClose() && openChunks == 0;
  }

  /** Its chunks wait to be claimed as those of others, and all that it has done is stored. */
  boolean isAtRest() {
    return isRunning() && wantsChunks() && !isUnderWay() && backoff.reason() == null;
  }

  boolean isFullyAnswered() {
    return completed + failed == run.lines();
  }

  int linesPerChunk() {
    return (int) Math.max(1, run.lines() / Math.max(1, run.unsealedChunks()));
  }
}
