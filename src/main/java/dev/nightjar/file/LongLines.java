package dev.nightjar.file;

import java.util.concurrent.Semaphore;

/**
 * Who may hold a line of more than {@value #SHORT_BYTES_MAX} bytes: one reader at a time, so that
 * those who read such lines at once take the memory of one. A reader that waits has no such line
 * yet, and one that has one waits for nobody. Any thread may call it.
 */
public final class LongLines {
  static final int SHORT_BYTES_MAX = 2 << 20;

  /** For a process that reads one file. */
  public static final LongLines ANY = new LongLines(Integer.MAX_VALUE);

  private final Semaphore turns;

  /** One at a time. */
  public LongLines() {
    this(1);
  }

  private LongLines(int atOnce) {
    this.turns = new Semaphore(atOnce, true);
  }

  void begin() {
    turns.acquireUninterruptibly();
  }

  void end() {
    turns.release();
  }
}
