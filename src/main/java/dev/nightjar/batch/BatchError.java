package dev.nightjar.batch;

import org.jspecify.annotations.Nullable;

/**
 * Why a batch failed validation, one entry of {@code errors.data}.
 *
 * @param line the physical line of the input file, from 1; null when no line is to blame
 */
public record BatchError(String code, String message, @Nullable String param, @Nullable Long line) {
  private static final int EXCERPT_CHARACTERS = 100;

  /** The message may quote the file: what cannot be written as JSON or shown is replaced. */
  public BatchError {
    message = isClean(message) ? message : cleaned(message);
  }

  /** The beginning of a text of the file, to be quoted in a message. */
  public static String excerpt(String text) {
    return text.length() <= EXCERPT_CHARACTERS
        ? text
        : text.substring(0, text.offsetByCodePoints(0, EXCERPT_CHARACTERS / 2)) + "…";
  }

  /** Whether a text has neither half surrogate pairs nor control characters. */
  public static boolean isClean(String text) {
    return text.codePoints().noneMatch(BatchError::isUnclean);
  }

  private static String cleaned(String text) {
    return text.codePoints()
        .map(point -> isUnclean(point) ? 0xFFFD : point)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean isUnclean(int point) {
    return Character.isISOControl(point)
        || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
  }
}
