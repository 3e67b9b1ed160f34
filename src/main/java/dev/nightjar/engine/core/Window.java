package dev.nightjar.engine.core;

import java.io.Serializable;

/**
 * What is claimed ahead for one model, of the batches that are at home with it. Engine thread only.
 */
final class Window implements Serializable {
  private int homes;
  private int waiting;
  private int claiming;

  /** A batch is at home here from now on. */
  void enter() {
    homes++;
  }

  void leave() {
    homes--;
  }

  boolean isAbandoned() {
    return homes == 0;
  }

  /** Its waiting lines are so many more, or fewer. */
  void addWaiting(int more) {
    waiting += more;
  }

  /** Lines of its batches that wait, for whichever model. */
  int waiting() {
    return waiting;
  }

  /** Claims under way will bring so many lines more, or fewer, as far as that can be told. */
  void addClaiming(int more) {
    claiming += more;
  }

  boolean isClaiming() {
    return claiming > 0;
  }

  /** Lines that wait, or will when their claims have succeeded. */
  int ahead() {
    return waiting + claiming;
  }
}
