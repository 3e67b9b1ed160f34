package dev.nightjar.engine.core;

import java.io.Serializable;

/** The calls of a batch or of a project that are under way, of which there may be so many. */
final class Calls implements Serializable {
  private final int max;
  private int inFlight;

  /** {@code max} is 0 for as many as go. */
  Calls(int max) {
    this.max = max == 0 ? Integer.MAX_VALUE : max;
  }

  boolean mayOne() {
    return inFlight < max;
  }

  void sent() {
    inFlight++;
  }

  void ended() {
    inFlight--;
  }

  int max() {
    return max;
  }
}
