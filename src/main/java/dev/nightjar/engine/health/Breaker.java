package dev.nightjar.engine.health;

import dev.nightjar.engine.message.Failure;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Whether a scope is well. An ill one rests; once a control call was ok after that, it gets one
 * line, then two, four, eight, until all its slots are in use again. Engine thread only.
 */
public final class Breaker implements Serializable {
  private static final long DOUBLES_MILLIS = 1_000;
  private static final long QUICK_MILLIS = 600_000;
  private static final long WAIT_MAX_MILLIS = 60_000;
  private static final int PATIENCE = 100;

  private State state = State.WELL;
  private @Nullable Failure illness;
  private long sinceMillis;
  private long restUntilMillis = Long.MAX_VALUE;

  /** How often in a row a control call was refused. */
  private int refusals;

  /** When it was given lines again. */
  private long triedAtMillis;

  private int most;
  private long doublesAtMillis = Long.MAX_VALUE;

  enum State {
    WELL,
    RESTING,
    /** It gets a few lines, and more and more. */
    ON_TRIAL
  }

  boolean isResting() {
    return state == State.RESTING;
  }

  boolean isWell() {
    return state == State.WELL;
  }

  boolean allows(int inFlight) {
    return state == State.WELL || (state == State.ON_TRIAL && inFlight < most);
  }

  /** What it is or was ill with; null since it is well. */
  @Nullable Failure illness() {
    return illness;
  }

  long sinceMillis() {
    return sinceMillis;
  }

  int refusals() {
    return refusals;
  }

  /**
   * How long to rest.
   *
   * @param askedMillis as it asks for; less than 0: it does not say
   * @param baseMillis the first time, if it does not
   */
  public record Pause(long askedMillis, long baseMillis, double jitter) {}

  void rest(Failure why, Pause pause, long now) {
    if (illness == null) {
      sinceMillis = now;
      triedAtMillis = now;
    }
    illness = why;
    state = State.RESTING;
    long wait =
        pause.askedMillis >= 0
            ? pause.askedMillis
            : (long) (ownWait(now, pause.baseMillis) * pause.jitter);
    restUntilMillis = now + Math.max(1, wait);
    refusals++;
  }

  /**
   * Doubles up to six times the first for ten minutes, then is a hundredth of the time that it has
   * been ill, so that little of a long outage is added to it.
   */
  private long ownWait(long now, long baseMillis) {
    long lasts = now - sinceMillis;
    return lasts < QUICK_MILLIS
        ? Math.min(6 * baseMillis, baseMillis << Math.min(refusals, 10))
        : Math.min(WAIT_MAX_MILLIS, lasts / PATIENCE);
  }

  boolean isUntriedFor(long millis, long now) {
    return now - triedAtMillis >= millis;
  }

  boolean isRestOver(long now) {
    return state == State.RESTING && restUntilMillis <= now;
  }

  /** A control call was ok, or there is none. */
  void tried(boolean wasOk, long now) {
    state = State.ON_TRIAL;
    restUntilMillis = Long.MAX_VALUE;
    refusals = wasOk ? 0 : refusals;
    triedAtMillis = now;
    most = 1;
    doublesAtMillis = now + DOUBLES_MILLIS;
  }

  void ok(int slots, long now) {
    refusals = 0;
    sinceMillis = now;
    if (state == State.ON_TRIAL) {
      more(slots, now);
    }
  }

  void failed(long now) {
    if (state == State.ON_TRIAL) {
      doublesAtMillis = now + DOUBLES_MILLIS;
    }
  }

  /** A second on trial without a failure: calls that take long hold it up no longer. */
  void pass(int slots, long now) {
    if (doublesAtMillis <= now) {
      more(slots, now);
    }
  }

  private void more(int slots, long now) {
    most *= 2;
    boolean isAll = most >= slots;
    doublesAtMillis = isAll ? Long.MAX_VALUE : now + DOUBLES_MILLIS;
    if (isAll) {
      state = State.WELL;
      illness = null;
    }
  }

  long nextMillis() {
    return state == State.RESTING ? restUntilMillis : doublesAtMillis;
  }
}
