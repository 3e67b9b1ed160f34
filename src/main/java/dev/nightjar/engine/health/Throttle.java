package dev.nightjar.engine.health;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How many calls a lane may have at a time, by how often its upstream said that they are too many,
 * and for how long it asks to be left alone. What it says to one line only is that line's matter.
 * Engine thread only.
 */
public final class Throttle implements Serializable {
  private static final double LESS = 0.7;
  private static final double NEW_WEIGHT = 0.1;
  private static final long STAY_MIN_MILLIS = 1_000;
  private static final int LAST_OUTCOMES = 0xFFFF;
  private static final int THROTTLED_MIN = 2;

  private double cap = Double.MAX_VALUE;

  /** When a call was last answered. */
  private double capWhenAnswered = Double.MAX_VALUE;

  private double stayMillis = STAY_MIN_MILLIS;
  private long loweredAtMillis = Long.MIN_VALUE / 2;
  private long lastLine = -1;
  private long lastAtMillis = Long.MIN_VALUE / 2;

  /** A bit for each of the last outcomes that was a refusal. */
  private int refusals;

  private int level;
  private long pausedUntilMillis = Long.MAX_VALUE;
  private @Nullable String reason;

  public boolean allows(int inFlight) {
    return reason == null && inFlight + 1 <= cap;
  }

  /** Why nothing is sent for now; null when something may be. */
  public @Nullable String reason() {
    return reason;
  }

  /** How often it was paused since the last success. */
  public int level() {
    return level;
  }

  public void answered(long stay, int slots) {
    level = 0;
    refusals = (refusals << 1) & LAST_OUTCOMES;
    stayMillis += (Math.max(STAY_MIN_MILLIS, stay) - stayMillis) * NEW_WEIGHT;
    if (cap < Double.MAX_VALUE) {
      cap += 1 / cap;
      cap = cap >= slots ? Double.MAX_VALUE : cap;
    }
    capWhenAnswered = cap;
  }

  /** A line is told that it is too many; whether that holds for all lines. */
  public boolean throttled(long line, int slots, long now) {
    boolean isOther = line != lastLine && now - lastAtMillis <= stayMillis;
    lastLine = line;
    lastAtMillis = now;
    refusals = ((refusals << 1) | 1) & LAST_OUTCOMES;
    if (level == 0 && !(isOther && Integer.bitCount(refusals) >= THROTTLED_MIN)) {
      return false;
    }
    if (now - loweredAtMillis >= stayMillis) {
      cap = Math.max(1, LESS * Math.min(cap, slots));
      loweredAtMillis = now;
    }
    return true;
  }

  public void pause(String why, long untilMillis) {
    if (reason == null) {
      level++;
      reason = why;
      pausedUntilMillis = untilMillis;
    } else {
      pausedUntilMillis = Math.max(pausedUntilMillis, untilMillis);
    }
  }

  /**
   * All was refused, and that is over: how few it took meanwhile says nothing of now, nor does what
   * was taken while the last calls before were answered, and others refused already.
   */
  public void over() {
    level = 0;
    cap = capWhenAnswered / (LESS * LESS);
    reason = null;
    pausedUntilMillis = Long.MAX_VALUE;
  }

  /** True once when its pause is over. */
  public boolean takePauseOver(long now) {
    if (pausedUntilMillis > now) {
      return false;
    }
    pausedUntilMillis = Long.MAX_VALUE;
    reason = null;
    return true;
  }

  public long nextMillis() {
    return pausedUntilMillis;
  }
}
