package dev.nightjar.batch;

import dev.nightjar.file.Bytes;

/**
 * Why a line is no JSON object.
 *
 * @param at the index of the byte
 * @param what in words, and with what to do about it
 * @param kind the same for all lines that are wrong in this way
 */
record LineFault(int at, String what, String kind) {
  private static final int SHOWN_CHARACTERS = 20;

  static LineFault of(Bytes line) {
    return JsonScan.fault(line)
        .map(fault -> new LineFault(fault.at(), fault.what() + wayOut(fault.kind()), kind(fault)))
        .orElseGet(() -> {
          String what = "a name or a number in it is too long";
          return new LineFault(0, what, what);
        });
  }

  /** One that begins with something else. */
  static LineFault noObject(Bytes line) {
    String text = beginning(line);
    int first = text.isEmpty() ? -1 : text.codePointAt(0);
    if (first == 0 || first == JsonScan.CTRL_Z) {
      return of(line);
    }
    String what =
        switch (first) {
          case -1 -> "there is nothing in it";
          case 0xFEFF ->
              "it begins with a byte order mark (the bytes EF BB BF); save the file as UTF-8"
                  + " without one";
          case '[' -> "it is an array; put each of its elements on a line of its own";
          default ->
              "it must be a JSON object, beginning with '{', and begins with "
                  + (Character.isISOControl(first)
                      ? "U+%04X".formatted(first)
                      : "'" + shortened(text) + "'");
        };
    return new LineFault(0, what, "no object");
  }

  /** From the first character that is not blank. */
  private static String beginning(Bytes line) {
    int from = 0;
    while (from < line.length() && " \t\r".indexOf(line.at(from)) >= 0) {
      from++;
    }
    return line.slice(from, Math.min(line.length() - from, 4 * SHOWN_CHARACTERS + 4)).utf8();
  }

  private static String shortened(String text) {
    int shown = Math.min(SHOWN_CHARACTERS, text.codePointCount(0, text.length()));
    int end = text.offsetByCodePoints(0, shown);
    return text.substring(0, end).stripTrailing() + (end < text.length() ? "…" : "");
  }

  private static String wayOut(JsonFault.Kind kind) {
    return switch (kind) {
      case SYNTAX -> "";
      case END -> "; a request must be on one line";
      case NOT_UTF8 -> "; save the file as UTF-8";
      case NUL -> "; the file was not written to its end, or is not in UTF-8";
      case CTRL_Z -> ", as DOS puts it at the end of files; remove it";
    };
  }

  private static String kind(JsonFault fault) {
    return switch (fault.kind()) {
      case SYNTAX, END -> fault.what();
      case NOT_UTF8, NUL, CTRL_Z -> fault.kind().name();
    };
  }
}
