package dev.nightjar.testing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts the moments at which a process may die, and lets it die at one of them: not by chance, but
 * by number. One thread.
 */
public final class CrashPoints {
  private final int last;
  private final List<String> passed = new ArrayList<>();
  private @Nullable String diedBefore;

  /** The process is gone: no code of it may catch this and go on. */
  public static final class Death extends Error {
    private static final long serialVersionUID = 1;

    Death(String message) {
      super(message, null, false, false);
    }
  }

  private CrashPoints(int last) {
    this.last = last;
  }

  public static CrashPoints immortal() {
    return new CrashPoints(Integer.MAX_VALUE);
  }

  /** Points are numbered from 1. */
  public static CrashPoints dieAt(int point) {
    return new CrashPoints(point);
  }

  /** What comes next is done, unless this is the point to die at. The dead do nothing more. */
  public void before(String what) {
    if (diedBefore == null) {
      passed.add(what);
      diedBefore = passed.size() == last ? what : null;
    }
    checkAlive();
  }

  /** For whoever called code that may have caught the death. */
  public void checkAlive() {
    if (diedBefore != null) {
      throw new Death(toString());
    }
  }

  /** What each point was before; the first is point 1. */
  public List<String> passed() {
    return List.copyOf(passed);
  }

  public boolean isDead() {
    return diedBefore != null;
  }

  @Override
  public String toString() {
    return diedBefore == null
        ? "passed %d points".formatted(passed.size())
        : "died at point %d, before: %s".formatted(passed.size(), diedBefore);
  }
}
