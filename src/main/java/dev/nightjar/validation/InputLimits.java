package dev.nightjar.validation;

/**
 * What an input file may hold.
 *
 * @param linesMax requests in a batch
 * @param lineBytesMax bytes of one line
 * @param mixedModels whether the lines of a batch may name several models
 * @param mixedUrls whether they may go to other urls than their batch's endpoint
 */
public record InputLimits(long linesMax, int lineBytesMax, boolean mixedModels, boolean mixedUrls) {
  public static final InputLimits DEFAULTS = new InputLimits(10_000_000, 64 << 20, false);

  public InputLimits(long linesMax, int lineBytesMax, boolean mixedModels) {
    this(linesMax, lineBytesMax, mixedModels, false);
  }

  /** Everything that lines of one file can ask for. */
  public InputLimits mixed() {
    return new InputLimits(linesMax, lineBytesMax, true, true);
  }
}
