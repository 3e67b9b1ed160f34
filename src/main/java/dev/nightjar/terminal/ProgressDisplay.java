package dev.nightjar.terminal;

import java.io.PrintStream;

/** Shows progress on a terminal in place, elsewhere as a line now and then. */
public final class ProgressDisplay {
  private static final String CLEAR_LINE = "\r\u001b[2K";

  /** Around a line that the terminal cuts if it is too long: what wraps cannot be redrawn. */
  private static final String WRAP_OFF = "\u001b[?7l";

  private static final String WRAP_ON = "\u001b[?7h";
  private static final long TERMINAL_NANOS = 200_000_000L;
  private static final long LOG_NANOS = 10_000_000_000L;

  private final PrintStream err;
  private final boolean isTerminal;
  private long shownAt;
  private boolean isShown;

  /** On this process's standard error. */
  public ProgressDisplay(PrintStream err) {
    this(err, Shell.isTerminal(2));
  }

  public ProgressDisplay(PrintStream err, boolean isTerminal) {
    this.err = err;
    this.isTerminal = isTerminal;
    this.shownAt = System.nanoTime() - TERMINAL_NANOS;
  }

  public void show(String text) {
    String line = Printable.escaped(text);
    long now = System.nanoTime();
    if (now - shownAt >= (isTerminal ? TERMINAL_NANOS : LOG_NANOS)) {
      shownAt = now;
      isShown = isTerminal;
      err.print(
          isTerminal ? CLEAR_LINE + WRAP_OFF + line + WRAP_ON : line + System.lineSeparator());
      err.flush();
    }
  }

  public void last(String line) {
    err.println((isTerminal ? CLEAR_LINE : "") + Printable.escaped(line));
    isShown = false;
  }

  /** Takes back what was shown in place. */
  public void clear() {
    if (isShown) {
      err.print(CLEAR_LINE);
      err.flush();
      isShown = false;
    }
  }

  public void end() {
    if (isShown) {
      err.println();
      isShown = false;
    }
  }
}
