package dev.nightjar.validation;

/**
 * What an input file may hold.
 *
 * @param linesMax requests in a batch
 * @param lineBytesMax bytes of one line
 * @param mixedModels whether the lines of a batch may name several models
 */
public record InputLimits(long linesMax, int lineBytesMax, boolean mixedModels) {
  public static final InputLimits DEFAULTS = new InputLimits(10_000_000, 64 << 20, false);
}
