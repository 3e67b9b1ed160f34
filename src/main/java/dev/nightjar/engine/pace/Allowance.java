package dev.nightjar.engine.pace;

import dev.nightjar.engine.message.RateHeaders.Left;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What an upstream may be asked for in a time: requests, or tokens. It is used up evenly, because
 * nobody says whether it comes back bit by bit or all at once. Engine thread only.
 */
final class Allowance implements Serializable {
  /** Of what is allowed: the other side counts by its own clock, and by when requests arrive. */
  private static final double SHARE = 0.98;

  /** What was not used may be made up for within this time. */
  private static final long LATE_MILLIS = 250;

  private static final double MINUTE_MILLIS = 60_000;

  /** A minute's, unless the head of an answer says otherwise. */
  private static final long WINDOW_MILLIS = 60_000;

  private double perMilli;
  private double nextMillis = Long.MIN_VALUE;

  /** What the last answer said, and what was asked for since. */
  private @Nullable Left left;

  private long leftUntilMillis;
  private double spent;
  private double nextLeftMillis = Long.MIN_VALUE;

  /** {@code perMinute} is what is allowed; null: it is not known. */
  Allowance(@Nullable Long perMinute) {
    perMilli = perMinute == null ? Double.POSITIVE_INFINITY : SHARE * perMinute / MINUTE_MILLIS;
  }

  /** From now on so many a second. */
  void setPerSecond(double perSecond) {
    perMilli = perSecond / 1_000;
  }

  double perSecond() {
    return perMilli * 1_000;
  }

  /** When the next may be asked for. */
  long nextMillis() {
    return (long) Math.ceil(Math.max(nextMillis, nextLeftMillis));
  }

  void spend(double amount, long now) {
    nextMillis = Math.max(nextMillis, (double) (now - LATE_MILLIS)) + amount / perMilli;
    spent += amount;
    if (left != null) {
      nextLeftMillis =
          Math.max(nextLeftMillis, (double) (now - LATE_MILLIS)) + amount / leftPerMilli(now);
      nextLeftMillis = Math.min(nextLeftMillis, (double) Math.max(now, leftUntilMillis));
    }
  }

  /** What was asked for came to more than was thought, or to less. */
  void correct(double more) {
    nextMillis += more / perMilli;
  }

  /**
   * What the answer's head says. Where it comes back bit by bit, {@code resetMillis} is the time
   * until it is whole: the rate settles where half of it is left.
   */
  void told(Left newLeft, long now) {
    left = newLeft;
    leftUntilMillis = now + newLeft.resetMillis();
    spent = 0;
    double rate = leftPerMilli(now);
    nextLeftMillis = rate > 0 ? Math.min(nextLeftMillis, now + 1 / rate) : leftUntilMillis;
  }

  private double leftPerMilli(long now) {
    Left said = left;
    if (said == null) {
      return Double.POSITIVE_INFINITY;
    }
    if (now >= leftUntilMillis && said.resetMillis() > 0) { // It is whole again, for all we know.
      return said.limit() == 0 ? Double.POSITIVE_INFINITY : SHARE * said.limit() / WINDOW_MILLIS;
    }
    double rest = said.remaining() - spent - (1 - SHARE) * said.limit();
    return rest <= 0 ? 0 : rest / Math.max(1, leftUntilMillis - now);
  }
}
