package dev.nightjar;

import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;

/** Shows progress on a terminal in place, elsewhere as a line now and then. */
final class ProgressDisplay {
  private static final String CLEAR_LINE = "\r\u001b[2K";
  private static final long TERMINAL_NANOS = 200_000_000L;
  private static final long LOG_NANOS = 10_000_000_000L;

  private final PrintStream err;
  private final boolean isTerminal =
      Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  private long shownAt;
  private boolean isShown;

  ProgressDisplay(PrintStream err) {
    this.err = err;
    this.shownAt = System.nanoTime() - TERMINAL_NANOS;
  }

  void show(String line) {
    long now = System.nanoTime();
    if (now - shownAt >= (isTerminal ? TERMINAL_NANOS : LOG_NANOS)) {
      shownAt = now;
      isShown = isTerminal;
      err.print(isTerminal ? CLEAR_LINE + line : line + System.lineSeparator());
      err.flush();
    }
  }

  void last(String line) {
    err.println((isTerminal ? CLEAR_LINE : "") + line);
    isShown = false;
  }

  void end() {
    if (isShown) {
      err.println();
    }
  }
}
