package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One model on one upstream: its calls in flight, and whether the upstream can take more. It is a
 * breaker: a fault of the upstream closes it for a while, and the first success after it opens
 * makes it forget. Engine thread only.
 */
final class Lane {
  /** At this level one call must succeed before the lane opens fully. */
  private static final int TRIAL_LEVEL = 2;

  private static final long LONG_PAUSE_MILLIS = 1_000;

  /** A call that has not failed by then is taken for one that only takes long. */
  private static final long TRIAL_MILLIS = 3_000;

  final String model;
  final UpstreamState upstream;

  State state = State.OPEN;
  int inFlight;

  /** Grows with each reopening, so that calls from before a pause do not count against it. */
  int generation;

  long pausedUntilMillis = Long.MAX_VALUE;
  boolean isProbing;
  @Nullable String reason;

  /** What made us probe an open lane. */
  @Nullable String suspicion;

  /** It is down because its key is refused. */
  boolean isKeyRefused;

  /** The operator has been told of the pause. */
  boolean isSaid;

  /** The line that runs alone; null when there is none. */
  @Nullable Line solo;

  final List<Suspect> suspects = new ArrayList<>();

  private int level;

  /** One call has to succeed, or to take long, before others follow. */
  private boolean isOnTrial;

  /** That call is under way. */
  private boolean isTrialOut;

  private long trialUntilMillis = Long.MAX_VALUE;

  private long pauseMillis;

  enum State {
    OPEN,
    /** Throttled: opens by itself when the time is over. */
    THROTTLED,
    /** Down: a probe must succeed first. */
    DOWN
  }

  /** An upstream and its calls in flight over all lanes. */
  static final class UpstreamState {
    final int index;
    final UpstreamSpec spec;
    int inFlight;

    /** Answers of its calls that are not yet durable. */
    int unappended;

    /** What it listed last; null when it lists nothing. */
    @Nullable Set<String> listed;

    UpstreamState(int index, UpstreamSpec spec) {
      this.index = index;
      this.spec = spec;
    }

    /**
     * A slot is free when its answer has been read, yet calls and answers that a kill would repeat
     * stay within a quarter more than may be in flight, however slow the disk is.
     */
    boolean hasRoom() {
      int max = spec.maxInFlight();
      return inFlight < max && inFlight + unappended < max + Math.ceilDiv(max, 4);
    }
  }

  /** A line that waits for a probe, and what it gets if the upstream turns out to be well. */
  record Suspect(Line line, Answer verdict) {}

  Lane(String model, UpstreamState upstream) {
    this.model = model;
    this.upstream = upstream;
  }

  boolean hasRoom() {
    return state == State.OPEN && solo == null && upstream.hasRoom() && !(isOnTrial && isTrialOut);
  }

  /** Nothing is under way, not even the probe that tells what the last one alone did. */
  boolean isFreeForOneAlone() {
    return inFlight == 0 && !isProbing;
  }

  void sent(Line line) {
    line.lane = this;
    line.laneGeneration = generation;
    inFlight++;
    upstream.inFlight++;
    isTrialOut = isOnTrial;
  }

  void ended(Line line) {
    if (line.laneGeneration == generation) {
      isTrialOut = false;
    }
    inFlight--;
    upstream.inFlight--;
    if (solo == line) {
      solo = null;
    }
  }

  void succeeded(Line line) {
    if (line.laneGeneration == generation) {
      level = 0;
      endTrial();
    }
  }

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
    reason = why;
    level++;
    pauseMillis = waitMillis;
    pausedUntilMillis = now + waitMillis;
    return true;
  }

  /** The probe failed: wait longer. */
  void stillDown(String why, long now, long waitMillis) {
    level++;
    reason = why;
    pauseMillis = waitMillis;
    pausedUntilMillis = now + waitMillis;
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

  boolean isDownForLong() {
    return state == State.DOWN && pauseMillis >= LONG_PAUSE_MILLIS;
  }

  int level() {
    return level;
  }

  boolean isIdle() {
    return inFlight == 0 && suspects.isEmpty() && !isProbing;
  }

  @Override
  public String toString() {
    return (model.isEmpty() ? "any model" : model) + " on " + upstream.spec.name();
  }
}
