package dev.nightjar.batch;

/**
 * The first thing that keeps bytes from being JSON, in words for whoever wrote them: the parser's
 * own are for programmers.
 *
 * @param at the index of the byte; the length if there are too few
 * @param what it is, and what would be right, in a sentence without its full stop
 */
public record JsonFault(int at, String what, Kind kind) {
  /** Without what would be right, for whoever has not written it. */
  public String found() {
    int end = what.indexOf(": ");
    return end < 0 ? what : what.substring(0, end);
  }

  public enum Kind {
    SYNTAX,
    /** It ends too early. */
    END,
    NOT_UTF8,
    NUL,
    CTRL_Z
  }
}
