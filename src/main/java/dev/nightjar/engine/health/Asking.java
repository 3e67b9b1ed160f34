package dev.nightjar.engine.health;

import java.io.Serializable;

/**
 * The control calls of a scope: the smallest call that there is, or a line that was ok before, when
 * the smallest may be refused for its own sake. Engine thread only.
 */
final class Asking implements Serializable {
  /** So often a line is ok where the smallest call is not: that is no chance any more. */
  private static final int TELLING = 3;

  private boolean isUnderWay;
  private boolean isByLine;
  private int oks;
  private int needed;

  /** The smallest call was ok once: it is refused for no reason of its own. */
  private boolean isProven;

  /** How often a line was ok where the smallest call was not. */
  private int instead;

  boolean isUnderWay() {
    return isUnderWay;
  }

  boolean isByLine() {
    return isByLine;
  }

  boolean isProven() {
    return isProven || isByLine;
  }

  /** One was ok since it began. */
  boolean wasOk() {
    return oks > 0;
  }

  void begin(int oksNeeded) {
    isUnderWay = true;
    isByLine = instead >= TELLING;
    oks = 0;
    needed = oksNeeded;
  }

  /** The smallest call may be refused for its own sake, or because nothing is well yet. */
  void byLine() {
    isByLine = true;
  }

  /** True when that is enough. */
  boolean ok() {
    if (isByLine) {
      instead++;
      isByLine = instead >= TELLING;
    } else {
      isProven = true;
    }
    return ++oks >= needed;
  }

  void end() {
    isUnderWay = false;
  }
}
