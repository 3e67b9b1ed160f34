package dev.nightjar.engine.core;

import java.io.Serializable;

/** How many calls a batch may have, by its own limit and by that which its project shares. */
record CallLimits(Calls own, Calls project) implements Serializable {
  boolean mayOne() {
    return own.mayOne() && project.mayOne();
  }

  void sent() {
    own.sent();
    project.sent();
  }

  void ended() {
    own.ended();
    project.ended();
  }

  /** So many of its lines are claimed ahead, and no more: they would wait for its own calls. */
  int enoughAhead() {
    return (int) Math.min(2L * Math.min(own.max(), project.max()), Integer.MAX_VALUE);
  }

  /** Why it may have no other, in a sentence. */
  String reason() {
    return own.mayOne()
        ? "the %d calls that its project may have at a time are under way".formatted(project.max())
        : "the %d calls that it may have at a time are under way".formatted(own.max());
  }
}
