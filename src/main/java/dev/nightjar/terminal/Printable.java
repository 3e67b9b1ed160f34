package dev.nightjar.terminal;

/**
 * Text of others as it may stand in a line of a log or on a terminal: it begins no line of its own,
 * moves no cursor, and hides nothing.
 */
public final class Printable {
  private Printable() {}

  /** With an escape for each character that does something instead of being seen. */
  public static String escaped(String text) {
    if (text.codePoints().allMatch(Printable::isSeen)) {
      return text;
    }
    var line = new StringBuilder();
    text.codePoints().forEach(point -> append(line, point));
    return line.toString();
  }

  private static void append(StringBuilder line, int point) {
    switch (point) {
      case '\n' -> line.append("\\n");
      case '\r' -> line.append("\\r");
      case '\t' -> line.append("\\t");
      default -> {
        if (isSeen(point)) {
          line.appendCodePoint(point);
        } else {
          line.append("\\u{%x}".formatted(point));
        }
      }
    }
  }

  /** Not so of control characters, line ends, and what turns the direction of writing. */
  static boolean isSeen(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
