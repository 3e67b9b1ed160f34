package dev.nightjar.engine.pace;

import java.io.Serializable;

/**
 * How many calls at a time an upstream bears. Where that is not known it is found out: from 8 on it
 * is doubled while answers per second rise by a tenth, and halved again where they did not. A
 * measurement takes as many answers as there are slots, which is as long as one call takes, later
 * more of them, and counts only if there were lines for all slots. Engine thread only.
 */
public final class SlotSearch implements Serializable {
  private static final int START = 8;

  /** Of twice as many calls, or it is not worth them. */
  private static final double RISE = 1.1;

  /** So much less than before: half as many may do as well. */
  private static final double DROP = 0.8;

  /** Half as many calls bring as much, but for what chance does. */
  private static final double SAME = 0.95;

  /** Chance makes one measurement look bad, twice in a row not so often. */
  private static final int LOOKS = 2;

  /** After so many stays it is looked whether it bears more by now. */
  private static final int REST = 32;

  /** So many answers at least tell that they became fewer: sizes of lines differ. */
  private static final int SURE = 128;

  private static final double NEW_WEIGHT = 0.2;

  /** Clocks tell milliseconds. */
  private static final long LEAST_MILLIS = 50;

  /** Of a measurement's time, in which there were no lines for all slots. */
  private static final double IDLE_MAX = 0.1;

  private static final long NEVER = Long.MAX_VALUE;

  private enum Try {
    NONE,
    TWICE,
    HALF
  }

  private final int max;

  /** Whoever runs it said how many, and knows. */
  private final boolean isSaid;

  private boolean isKnown;
  private int slots;
  private int slotsBefore = START;

  /** Answers a millisecond, before what is tried now. */
  private double rateBefore;

  private Try trying = Try.TWICE;
  private int looks;
  private int rested;

  /** The mean of those that were so much less. */
  private double dropped;

  private long sinceMillis = NEVER;
  private int answers;
  private long idleSinceMillis = NEVER;
  private long idleMillis;

  /** It bears {@code max}, or {@code isFoundOut} how many up to that. */
  public SlotSearch(int max, boolean isFoundOut) {
    this.max = max;
    isSaid = !isFoundOut;
    isKnown = isSaid;
    slots = isSaid ? max : Math.min(max, START);
  }

  /** Calls that it may have at a time. */
  public int slots() {
    return slots;
  }

  /** It says itself how many it has. */
  public void told(int known) {
    if (!isSaid) {
      isKnown = true;
      slots = Math.clamp(known, 1, max);
    }
  }

  /** A call was made, and {@code inFlight} are under way with it. */
  public void sent(int inFlight, long now) {
    if (!isFull(inFlight)) {
      return;
    }
    if (sinceMillis == NEVER) {
      begin(now);
    } else if (idleSinceMillis != NEVER) {
      idleMillis += now - idleSinceMillis;
    }
    idleSinceMillis = NEVER;
  }

  /** A call has ended, and {@code inFlight} are still under way. */
  public void ended(int inFlight, long now) {
    if (idleSinceMillis == NEVER && !isFull(inFlight)) {
      idleSinceMillis = now;
    }
  }

  /** A line had its answer. */
  public void answered(long now) {
    answers++;
    if (isKnown || sinceMillis == NEVER || answers < needed() || now - sinceMillis < LEAST_MILLIS) {
      return;
    }
    double millis = now - sinceMillis;
    double rate = answers / millis;
    long idle = idleMillis + (idleSinceMillis == NEVER ? 0 : now - idleSinceMillis);
    begin(now);
    if (idle <= IDLE_MAX * millis) {
      measured(rate);
    }
  }

  private int needed() {
    return trying == Try.TWICE ? slots : Math.max(SURE, slots);
  }

  private boolean isFull(int inFlight) {
    return inFlight >= slots - slots / 8;
  }

  private void begin(long now) {
    sinceMillis = now;
    answers = 0;
    idleMillis = 0;
    idleSinceMillis = idleSinceMillis == NEVER ? NEVER : now;
  }

  private void measured(double rate) {
    switch (trying) {
      case TWICE -> twice(rate);
      case HALF -> half(rate);
      case NONE -> rest(rate);
    }
  }

  private void twice(double rate) {
    if (rate >= RISE * rateBefore) {
      rateBefore = rate;
      tryTwice();
    } else if (++looks == LOOKS) {
      settle(slotsBefore);
    }
  }

  private void half(double rate) {
    if (rate >= SAME * rateBefore) {
      rateBefore = rate;
      settle(slots);
    } else if (++looks == LOOKS) {
      settle(slotsBefore);
    }
  }

  private void rest(double rate) {
    rested += Math.max(1, SURE / slots);
    if (rate < DROP * rateBefore) {
      dropped += rate / LOOKS;
      looks++;
    } else {
      rateBefore += (rate - rateBefore) * NEW_WEIGHT;
      dropped = 0;
      looks = 0;
    }
    if (looks == LOOKS && slots > 1) {
      rateBefore = dropped;
      go(Try.HALF, slots / 2);
    } else if (rested >= REST) {
      tryTwice();
    }
  }

  private void tryTwice() {
    if (slots == max) {
      settle(max);
    } else {
      go(Try.TWICE, Math.min(max, slots * 2));
    }
  }

  private void go(Try next, int newSlots) {
    trying = next;
    looks = 0;
    dropped = 0;
    slotsBefore = slots;
    slots = newSlots;
  }

  private void settle(int newSlots) {
    slots = newSlots;
    trying = Try.NONE;
    looks = 0;
    dropped = 0;
    rested = 0;
  }
}
