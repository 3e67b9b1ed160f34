package dev.nightjar.engine.health;

import java.io.Serializable;

/**
 * The control calls of a scope: the smallest call that there is, or a line that was ok before, when
 * the smallest may be refused for its own sake. Engine thread only.
 */
final class Asking implements Serializable {
  private boolean isUnderWay;
  private boolean isByLine;
  private int oks;
  private int needed;

  /** The smallest call was ok once: it is refused for no reason of its own. */
  private boolean isProven;

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
    oks = 0;
    needed = oksNeeded;
  }

  /** From now on: the smallest call seems to be refused for its own sake. */
  void byLine() {
    isByLine = true;
    oks = 0;
  }

  /** True when that is enough. */
  boolean ok() {
    isProven |= !isByLine;
    return ++oks >= needed;
  }

  void end() {
    isUnderWay = false;
  }
}
