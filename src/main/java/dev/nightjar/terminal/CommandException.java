package dev.nightjar.terminal;

/** A command ends early: the sentence for the user, and the exit code. */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final int exitCode;
  private final String sentence;
  private final boolean isPassing;

  /** {@code isPassing} says whether the same request may well succeed later. */
  public CommandException(int exitCode, String sentence, boolean isPassing) {
    super(sentence);
    this.exitCode = exitCode;
    this.sentence = sentence;
    this.isPassing = isPassing;
  }

  public CommandException(int exitCode, String sentence) {
    this(exitCode, sentence, false);
  }

  public static CommandException wrong(String sentence) {
    return new CommandException(ExitCode.WRONG, sentence);
  }

  /** Who reads our output has enough of it, as {@code head} does. */
  public static CommandException silent() {
    return new CommandException(ExitCode.BROKEN_PIPE, "");
  }

  /** Empty when there is nothing to say. */
  public String sentence() {
    return sentence;
  }

  public int exitCode() {
    return exitCode;
  }

  public boolean isPassing() {
    return isPassing;
  }
}
