package dev.nightjar.engine.core;

import dev.nightjar.engine.message.Event.Submitted;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** A batch that is to be validated before it may start. Engine thread only. */
final class Unstarted implements Serializable {
  /** Why it waits unless there is more to tell. */
  static final String IN_LINE = "its validation waits for its turn";

  final Submitted submitted;

  /** What our own machine fails at when its file is read. */
  final Backoff backoff = new Backoff();

  private Phase phase = Phase.WAITING;
  private boolean isWithdrawn;
  private long heldBytes;

  /** More that it needs to go on; 0: what it has is enough. */
  private long wantedBytes;

  enum Phase {
    /** For its turn, or for memory. */
    WAITING,
    SLICE,
    /** It failed, and is tried again. */
    LATER,
    /** It failed, its deadline has passed, and the database has been asked to expire it. */
    EXPIRING
  }

  Unstarted(Submitted submitted) {
    this.submitted = submitted;
  }

  long id() {
    return submitted.batch();
  }

  String project() {
    return submitted.project();
  }

  boolean is(Phase which) {
    return phase == which;
  }

  boolean isInSlice() {
    return phase == Phase.SLICE;
  }

  /** It gets what it wanted, or its first piece; how much that is. */
  long beginSlice() {
    long bytes = heldBytes == 0 ? submitted.memoryBytes() : wantedBytes;
    phase = Phase.SLICE;
    heldBytes += bytes;
    wantedBytes = 0;
    return bytes;
  }

  void waits(long forBytes) {
    phase = Phase.WAITING;
    wantedBytes = forBytes;
  }

  void pause(Phase until) {
    phase = until;
    wantedBytes = 0;
  }

  /** Of it there is no more to tell than of all that wait for their turn. */
  boolean isInLine() {
    return phase == Phase.WAITING && wantedBytes == 0;
  }

  /** Why it does not go on; null when it does. */
  @Nullable String reason() {
    return switch (phase) {
      case SLICE -> null;
      case LATER, EXPIRING -> backoff.reason();
      case WAITING -> wantsMemory() ? "its validation waits for memory that others hold" : IN_LINE;
    };
  }

  /** It holds nothing from now on; what it held. */
  long letGo() {
    long bytes = heldBytes;
    heldBytes = 0;
    return bytes;
  }

  long wantedBytes() {
    return wantedBytes;
  }

  boolean wantsMemory() {
    return wantedBytes > 0;
  }

  /** Cancelled or expired, and on its way to its end; true if it was not yet. */
  boolean withdraw() {
    boolean isNew = !isWithdrawn;
    isWithdrawn = true;
    return isNew;
  }

  boolean isWithdrawn() {
    return isWithdrawn;
  }
}
