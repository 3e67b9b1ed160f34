package dev.nightjar.terminal;

/** What the commands that talk to a server exit with. */
public final class ExitCode {
  public static final int OK = 0;
  public static final int WRONG = 1;
  public static final int SOME_FAILED = 2;
  public static final int EXPIRED = 3;
  public static final int CANCELLED = 4;
  public static final int KEY_REFUSED = 5;
  public static final int UNREACHABLE = 6;
  public static final int TIMEOUT = 124;
  public static final int INTERRUPTED = 130;
  static final int BROKEN_PIPE = 141;

  private ExitCode() {}
}
