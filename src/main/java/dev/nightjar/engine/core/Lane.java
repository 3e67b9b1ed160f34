package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.engine.message.LineId;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One model on one upstream: its calls in flight, and whether the upstream can take more. It is a
 * breaker: a fault of the upstream closes it for a while, and the first success after it opens
 * makes it forget. Engine thread only.
 */
final class Lane implements Serializable {
  /** At this level one call must succeed before the lane opens fully. */
  private static final int TRIAL_LEVEL = 2;

  private static final long LONG_PAUSE_MILLIS = 1_000;

  /** A call that has not failed by then is taken for one that only takes long. */
  private static final long TRIAL_MILLIS = 3_000;

  /** Shorter pauses are everyday and not worth a word. */
  private static final int LEVEL_TO_SAY = 5;

  final String model;
  final UpstreamState upstream;

  private final List<Suspect> suspects = new ArrayList<>();
  private State state = State.OPEN;
  private boolean isServing = true;
  private int inFlight;

  /** Grows with each reopening, so that calls from before a pause do not count against it. */
  private int generation;

  private long pausedUntilMillis = Long.MAX_VALUE;
  private long pauseMillis;
  private @Nullable String reason;
  private boolean isProbing;

  /** What made us probe an open lane. */
  private @Nullable String suspicion;

  /** It is down because its key is refused. */
  private boolean isKeyRefused;

  /** The operator has been told of the pause. */
  private boolean isSaid;

  /** The line that runs alone; null when there is none. */
  private @Nullable LineId solo;

  private int level;

  /** One call has to succeed, or to take long, before others follow. */
  private boolean isOnTrial;

  /** That call is under way. */
  private boolean isTrialOut;

  private long trialUntilMillis = Long.MAX_VALUE;

  enum State {
    OPEN,
    /** Throttled: opens by itself when the time is over. */
    THROTTLED,
    /** Down: a probe must succeed first. */
    DOWN
  }

  /** A line that waits for a probe, and what it gets if the upstream turns out to be well. */
  record Suspect(LineId line, Answer verdict) implements Serializable {}

  Lane(String model, UpstreamState upstream) {
    this.model = model;
    this.upstream = upstream;
  }

  State state() {
    return state;
  }

  /** What its upstream calls its model; null: as the lines do. */
  @Nullable String otherName() {
    String name = upstream.spelling(model);
    return model.equals(name) ? null : name;
  }

  /** Whether its upstream has its model; while it has not, no line is sent. */
  void serves(boolean newIsServing) {
    isServing = newIsServing;
  }

  boolean isServing() {
    return isServing;
  }

  /** Why it is paused; null while it is not. */
  @Nullable String reason() {
    return reason;
  }

  int inFlight() {
    return inFlight;
  }

  int generation() {
    return generation;
  }

  /** How often it was paused since the last success. */
  int level() {
    return level;
  }

  // ---- calls

  boolean hasRoom() {
    return isServing
        && state == State.OPEN
        && solo == null
        && upstream.hasRoom()
        && !(isOnTrial && isTrialOut);
  }

  /** Nothing is under way, not even the probe that tells what the last one alone did. */
  boolean isFreeForOneAlone() {
    return inFlight == 0 && !isProbing;
  }

  void sent() {
    inFlight++;
    upstream.sent();
    isTrialOut = isOnTrial;
  }

  /** Until it ends nothing else is sent. */
  void sentAlone(LineId line) {
    solo = line;
    sent();
  }

  /** True if the line ran alone; {@code sentIn} is the generation in which it was sent. */
  boolean ended(LineId line, int sentIn) {
    if (sentIn == generation) {
      isTrialOut = false;
    }
    inFlight--;
    upstream.ended();
    boolean wasAlone = line.equals(solo);
    if (wasAlone) {
      solo = null;
    }
    return wasAlone;
  }

  void succeeded(int sentIn) {
    if (sentIn == generation) {
      level = 0;
      endTrial();
    }
  }

  // ---- pauses

  /** Closes the lane, unless the fault is an old one; true if it was open. */
  boolean pause(State newState, String why, long now, long waitMillis, int generationOfFault) {
    if (state != State.OPEN) {
      if (newState == State.DOWN && state == State.THROTTLED) {
        state = State.DOWN;
        reason = why;
      }
      return false;
    }
    if (generationOfFault != generation) {
      return false;
    }
    state = newState;
    lengthen(why, now, waitMillis);
    return true;
  }

  /** The probe failed: wait longer. */
  void stillDown(String why, long now, long waitMillis) {
    state = State.DOWN;
    lengthen(why, now, waitMillis);
  }

  private void lengthen(String why, long now, long waitMillis) {
    level++;
    reason = why;
    pauseMillis = waitMillis;
    pausedUntilMillis = now + waitMillis;
  }

  /** True once when its pause is over. */
  boolean takePauseOver(long now) {
    if (state == State.OPEN || pausedUntilMillis > now) {
      return false;
    }
    pausedUntilMillis = Long.MAX_VALUE;
    return true;
  }

  void open(long now) {
    state = State.OPEN;
    reason = null;
    isKeyRefused = false;
    pausedUntilMillis = Long.MAX_VALUE;
    generation++;
    isOnTrial = level >= TRIAL_LEVEL;
    isTrialOut = false;
    trialUntilMillis = isOnTrial ? now + TRIAL_MILLIS : Long.MAX_VALUE;
  }

  private void endTrial() {
    isOnTrial = false;
    trialUntilMillis = Long.MAX_VALUE;
  }

  void endTrialIfLong(long now) {
    if (trialUntilMillis <= now) {
      endTrial();
    }
  }

  /** When it changes by itself. */
  long nextMillis() {
    return state == State.OPEN ? trialUntilMillis : pausedUntilMillis;
  }

  /** It is down, and lets one call through first when it opens. */
  void keyRefused() {
    isKeyRefused = true;
    level = Math.max(level, TRIAL_LEVEL);
  }

  boolean isKeyRefused() {
    return isKeyRefused;
  }

  /** True once in a pause that is worth a word. */
  boolean takeSaying() {
    boolean isLong = state == State.DOWN && pauseMillis >= LONG_PAUSE_MILLIS;
    if (isSaid || !(isLong || level >= LEVEL_TO_SAY)) {
      return false;
    }
    isSaid = true;
    return true;
  }

  /** True if its pause was told of, and not yet its end. */
  boolean takeSaid() {
    boolean was = isSaid;
    isSaid = false;
    return was;
  }

  // ---- probes

  boolean isProbing() {
    return isProbing;
  }

  void probing() {
    isProbing = true;
  }

  /** A line of it waits for a probe. */
  void suspect(LineId line, Answer verdict, String why) {
    suspects.add(new Suspect(line, verdict));
    suspicion = why;
  }

  /** What made us probe it while it was open; null for nothing. */
  @Nullable String suspicion() {
    return suspicion;
  }

  /** The probe has ended; those who waited for it. */
  List<Suspect> probed() {
    isProbing = false;
    suspicion = null;
    List<Suspect> all = List.copyOf(suspects);
    suspects.clear();
    return all;
  }

  boolean isIdle() {
    return inFlight == 0 && suspects.isEmpty() && !isProbing;
  }

  @Override
  public String toString() {
    return (model.isEmpty() ? "any model" : model) + " on " + upstream.name();
  }
}
