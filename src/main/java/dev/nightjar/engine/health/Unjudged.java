package dev.nightjar.engine.health;

import dev.nightjar.engine.health.Cuts.Cluster;
import dev.nightjar.engine.message.Failure;
import dev.nightjar.engine.message.LineId;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** A call that failed, until it is known whose fault that was. Engine thread only. */
public final class Unjudged implements Serializable {
  private static final int ENDED_AFTER = 3;

  private final Sent sent;
  private final Failure failure;
  private final Tries tries;
  private final long endedAtMillis;
  private final long place;
  private final @Nullable Cluster cluster;
  private final boolean isRefusal;

  /** Calls of the scope that were sent later and have ended. */
  private int endedAfter;

  private boolean wasOneOk;

  /** Of its neighbours that failed too; less than 0: not looked at yet. */
  private double share = -1;

  /**
   * A call as its scope knows it.
   *
   * @param key of its line, in the scope's evidence
   * @param order in which it was sent
   */
  public record Sent(LineId line, long key, long order, long atMillis) implements Serializable {}

  Unjudged(
      Sent sent, Failure failure, Tries tries, long now, long place, @Nullable Cluster cluster) {
    this.sent = sent;
    this.failure = failure;
    this.tries = tries;
    this.endedAtMillis = now;
    this.place = place;
    this.cluster = cluster;
    this.isRefusal =
        failure.is(Failure.Mark.OWN)
            || (failure.kind() == Failure.Kind.REFUSED && failure.is(Failure.Mark.JSON));
  }

  public LineId line() {
    return sent.line;
  }

  public Failure failure() {
    return failure;
  }

  public Tries tries() {
    return tries;
  }

  long key() {
    return sent.key;
  }

  long place() {
    return place;
  }

  boolean hasShare() {
    return share >= 0;
  }

  double share() {
    return share;
  }

  void share(double newShare) {
    share = newShare;
  }

  public long stayMillis() {
    return endedAtMillis - sent.atMillis;
  }

  @Nullable Cluster cluster() {
    return cluster;
  }

  /** The upstream, or whoever is known to speak for it, says that it is about the request. */
  public boolean isRefusal() {
    return isRefusal;
  }

  void ended(long order, boolean isOk) {
    if (order > sent.order) {
      endedAfter++;
      wasOneOk |= isOk;
    }
  }

  /** Enough has come of others to tell; {@code isEnough}: calls ended since it did. */
  boolean isTold(boolean isEnough) {
    return isRefusal() ? wasOneOk : isEnough && endedAfter >= ENDED_AFTER;
  }

  /** Not before it is known which calls were cut off with it. */
  long ripeAtMillis() {
    return cluster == null ? endedAtMillis : cluster.completeAtMillis();
  }
}
