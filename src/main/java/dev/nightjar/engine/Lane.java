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

  /** The operator has been told of the pause. */
  boolean isSaid;

  /** The line that runs alone; null when there is none. */
  @Nullable Line solo;

  final List<Suspect> suspects = new ArrayList<>();

  private int level;

  /** The one call that has to succeed before others follow is under way. */
  private boolean isTrialOut;

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
    return state == State.OPEN
        && solo == null
        && upstream.hasRoom()
        && (level < TRIAL_LEVEL || !isTrialOut);
  }

  void sent(Line line) {
    line.lane = this;
    line.laneGeneration = generation;
    inFlight++;
    upstream.inFlight++;
    isTrialOut = level >= TRIAL_LEVEL;
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

  void open() {
    state = State.OPEN;
    reason = null;
    pausedUntilMillis = Long.MAX_VALUE;
    generation++;
    isTrialOut = false;
  }

  /** Lets one call through first after the pause. */
  void requireTrial() {
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
