package dev.nightjar.engine.core;

import java.io.Serializable;
import java.util.HashSet;
import java.util.Set;

/**
 * What is claimed ahead for one model, of the batches that are at home with it. Engine thread only.
 */
final class Window implements Serializable {
  /** A batch, as far as its window asks. */
  interface Member {
    int waitingLines();

    /** The same, but for those beyond what its own limit of calls has to be ahead. */
    int linesAhead();

    /** None of them may be sent for now. */
    boolean isHeld();
  }

  /** Batches with lines that wait. */
  private final Set<Member> withLines = new HashSet<>();

  private int homes;
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

  /** A batch has more waiting lines, or fewer. */
  void waits(Member batch) {
    if (batch.waitingLines() > 0) {
      withLines.add(batch);
    } else {
      withLines.remove(batch);
    }
  }

  /** Lines of its batches that wait, for whichever model. */
  int waiting() {
    return withLines.stream().mapToInt(Member::waitingLines).sum();
  }

  /** Claims under way will bring so many lines more, or fewer, as far as that can be told. */
  void addClaiming(int more) {
    claiming += more;
  }

  boolean isClaiming() {
    return claiming > 0;
  }

  /**
   * Lines that wait, or will when their claims have succeeded; but those of batches that are held,
   * so that others are claimed meanwhile.
   */
  int ahead() {
    int ahead = claiming;
    for (Member batch : withLines) {
      ahead += batch.isHeld() ? 0 : batch.linesAhead();
    }
    return ahead;
  }
}
