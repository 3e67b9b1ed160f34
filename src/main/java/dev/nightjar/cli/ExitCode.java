package dev.nightjar.cli;

/** What the commands that talk to a server exit with. */
final class ExitCode {
  static final int OK = 0;
  static final int WRONG = 1;
  static final int SOME_FAILED = 2;
  static final int EXPIRED = 3;
  static final int CANCELLED = 4;
  static final int KEY_REFUSED = 5;
  static final int UNREACHABLE = 6;
  static final int TIMEOUT = 124;
  static final int INTERRUPTED = 130;
  static final int BROKEN_PIPE = 141;

  private ExitCode() {}
}
