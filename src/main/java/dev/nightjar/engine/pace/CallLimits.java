package dev.nightjar.engine.pace;

import java.io.Serializable;

/** How many calls a batch may have, by its own limit and by that which its project shares. */
public record CallLimits(Calls own, Calls project) implements Serializable {
  public boolean mayOne() {
    return own.mayOne() && project.mayOne();
  }

  public void sent() {
    own.sent();
    project.sent();
  }

  public void ended() {
    own.ended();
    project.ended();
  }

  /** So many of its lines are claimed ahead, and no more: they would wait for its own calls. */
  public int enoughAhead() {
    return (int) Math.min(2L * Math.min(own.max(), project.max()), Integer.MAX_VALUE);
  }

  /** Why it may have no other, in a sentence. */
  public String reason() {
    return own.mayOne()
        ? "the %d calls that its project may have at a time are under way".formatted(project.max())
        : "the %d calls that it may have at a time are under way".formatted(own.max());
  }
}
