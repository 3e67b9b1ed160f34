package dev.nightjar.engine.pace;

import java.io.Serializable;

/** The calls of a batch or of a project that are under way, of which there may be so many. */
public final class Calls implements Serializable {
  private final int max;
  private int inFlight;

  /** {@code max} is 0 for as many as go. */
  public Calls(int max) {
    this.max = max == 0 ? Integer.MAX_VALUE : max;
  }

  public boolean mayOne() {
    return inFlight < max;
  }

  public void sent() {
    inFlight++;
  }

  public void ended() {
    inFlight--;
  }

  public int max() {
    return max;
  }
}
