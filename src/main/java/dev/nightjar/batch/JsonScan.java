package dev.nightjar.batch;

import dev.nightjar.batch.JsonFault.Kind;
import dev.nightjar.file.Bytes;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a JSON value by its grammar (RFC 8259) until something is wrong: what a parser has refused
 * is looked at again, exactly and not fast.
 */
public final class JsonScan {
  static final int CTRL_Z = 0x1A;

  private static final int WORD_CHARACTERS_MAX = 20;
  private static final String DIGITS = "0123456789";
  private static final Set<String> VALUES = Set.of("true", "false", "null");

  private final Bytes json;
  private int at;
  private int depth;

  /** Ends the scan; it carries no trace. */
  private static final class FaultException extends Exception {
    private static final long serialVersionUID = 1;
    private final transient JsonFault fault;

    FaultException(JsonFault fault) {
      super(null, null, false, false);
      this.fault = fault;
    }
  }

  private JsonScan(Bytes json) {
    this.json = json;
  }

  /** Empty if it is one JSON value. */
  public static Optional<JsonFault> fault(Bytes json) {
    int invalid = Utf8.firstInvalid(json);
    return invalid < 0
        ? new JsonScan(json).fault()
        : Optional.of(
            new JsonFault(
                invalid,
                "the byte 0x%02X is not UTF-8".formatted(json.at(invalid) & 0xFF),
                Kind.NOT_UTF8));
  }

  private Optional<JsonFault> fault() {
    try {
      value("it is empty");
      skipBlanks();
      if (at < json.length()) {
        throw found("there is more after its end, beginning with " + shown());
      }
      return Optional.empty();
    } catch (FaultException e) {
      return Optional.of(e.fault);
    }
  }

  private int peek() {
    return at < json.length() ? json.at(at) & 0xFF : -1;
  }

  private boolean skip(char expected) {
    boolean isThere = peek() == expected;
    at += isThere ? 1 : 0;
    return isThere;
  }

  private void skipBlanks() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
      at++;
    }
  }

  private void value(String missing) throws FaultException {
    skipBlanks();
    switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      case '}', ']', ',', ':' -> throw found(missing);
      default -> word();
    }
  }

  private void object() throws FaultException {
    deeper();
    if (!skip('}')) {
      do {
        name();
        skipBlanks();
        if (!skip(':')) {
          throw found("a ':' is missing after the name");
        }
        value("a value is missing");
        skipBlanks();
      } while (skip(','));
      end('}', "an object");
    }
    depth--;
  }

  private void name() throws FaultException {
    skipBlanks();
    switch (peek()) {
      case '"' -> {
        int begin = at;
        string();
        if (at - begin > Json.NAME_CHARACTERS_MAX) {
          at = begin;
          throw found(limit("a name has more than %,d characters", Json.NAME_CHARACTERS_MAX));
        }
      }
      case '\'' -> throw found("a name must be in double quotes, not in single ones");
      case '}' -> throw found("there is a comma too many before '}'");
      default ->
          throw found(
              at == json.length()
                  ? "it ends in the middle of an object"
                  : isLetter()
                      ? "the name %s must be in double quotes".formatted(letters())
                      : expected("a name in double quotes"));
    }
  }

  private void array() throws FaultException {
    deeper();
    if (!skip(']')) {
      do {
        skipBlanks();
        value(peek() == ']' ? "there is a comma too many before ']'" : "a value is missing");
        skipBlanks();
      } while (skip(','));
      end(']', "an array");
    }
    depth--;
  }

  private void deeper() throws FaultException {
    if (++depth > Json.DEPTH_MAX) {
      throw found(limit("objects and arrays are nested more than %,d deep", Json.DEPTH_MAX));
    }
    at++;
    skipBlanks();
  }

  private void end(char closing, String what) throws FaultException {
    if (!skip(closing)) {
      throw found(
          at == json.length()
              ? "it ends in the middle of " + what
              : expected("',' or '%s'".formatted(closing)));
    }
  }

  private void string() throws FaultException {
    at++;
    while (!skip('"')) {
      int c = peek();
      if (c < 0) {
        throw found("it ends in the middle of a string");
      }
      if (c < ' ') {
        throw found("%s in a string must be escaped: write %s".formatted(shown(), escaped(c)));
      }
      at++;
      if (c == '\\') {
        escape();
      }
    }
  }

  private void escape() throws FaultException {
    switch (peek()) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at++;
      case 'u' -> {
        at++;
        for (int i = 0; i < 4; i++) {
          if (Character.digit(peek(), 16) < 0) {
            throw found("\\u must be followed by four hexadecimal digits");
          }
          at++;
        }
      }
      case -1 -> throw found("it ends in the middle of a string");
      default -> throw found("a backslash before %s is no escape: write \\\\".formatted(shown()));
    }
  }

  private static String escaped(int control) {
    return switch (control) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> "\\u%04X".formatted(control);
    };
  }

  private void number() throws FaultException {
    int begin = at;
    if (skip('-') && isLetter()) {
      at = begin;
      word();
    }
    if (peek() == '0' && at + 1 < json.length() && DIGITS.indexOf(json.at(at + 1)) >= 0) {
      throw found("a number may not begin with 0");
    }
    digits("after '-'");
    if (skip('.')) {
      digits("after '.'");
    }
    if (skip('e') || skip('E')) {
      boolean _ = skip('+') || skip('-');
      digits("in the exponent of a number");
    }
    if (at - begin > Json.NUMBER_CHARACTERS_MAX) {
      at = begin;
      throw found(limit("a number has more than %,d digits", Json.NUMBER_CHARACTERS_MAX));
    }
  }

  private void digits(String where) throws FaultException {
    int begin = at;
    while (peek() >= 0 && DIGITS.indexOf(peek()) >= 0) {
      at++;
    }
    if (at == begin) {
      throw found("a digit is missing " + where);
    }
  }

  private void word() throws FaultException {
    int begin = at;
    String sign = skip('-') ? "-" : "";
    String word = sign + letters();
    at = begin;
    if (!VALUES.contains(word)) {
      throw found(noValue(word));
    }
    at += word.length();
  }

  private String noValue(String word) {
    return switch (word) {
      case "True", "False", "None" ->
          "%s is Python's: JSON has true, false and null, as `json.dumps` writes them"
              .formatted(word);
      case "NaN", "nan", "Infinity", "inf", "-Infinity", "-inf" ->
          "%s is no number of JSON: write null, or leave it out".formatted(word);
      default ->
          switch (peek()) {
            case -1 -> "it ends before its value";
            case '\'' -> "a string must be in double quotes, not in single ones";
            case '/', '#' -> "JSON has no comments";
            case '+' -> "a number may not begin with '+'";
            case '.' -> "a number may not begin with '.'";
            default ->
                isLetter()
                    ? "%s is no value of JSON: strings are in double quotes".formatted(word)
                    : expected("a value");
          };
    };
  }

  private boolean isLetter() {
    int c = peek();
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** Those from here, which is not left. */
  private String letters() {
    int begin = at;
    while (at - begin < WORD_CHARACTERS_MAX && (isLetter() || (peek() >= '0' && peek() <= '9'))) {
      at++;
    }
    String letters = json.slice(begin, at - begin).utf8();
    at = begin;
    return letters;
  }

  private static String limit(String sentence, int max) {
    return String.format(Locale.ROOT, sentence, max);
  }

  private String expected(String what) {
    String shown = shown();
    return "‘’“”„«»".contains(shown.substring(1, 2))
        ? shown + " is no quote of JSON: write \""
        : "expected %s, but found %s".formatted(what, shown);
  }

  /** The character here. */
  private String shown() {
    if (at == json.length()) {
      return "its end";
    }
    int c = json.slice(at, Math.min(4, json.length() - at)).utf8().codePointAt(0);
    return switch (c) {
      case '\n' -> "a line feed";
      case '\r' -> "a carriage return";
      case '\t' -> "a tab";
      default ->
          Character.isISOControl(c) || Character.isSpaceChar(c)
              ? "U+%04X".formatted(c)
              : "'" + Character.toString(c) + "'";
    };
  }

  private FaultException found(String what) {
    if (at == json.length()) {
      return new FaultException(new JsonFault(at, what, Kind.END));
    }
    return new FaultException(
        switch (peek()) {
          case 0 -> new JsonFault(at, "there is a NUL byte", Kind.NUL);
          case CTRL_Z -> new JsonFault(at, "there is the byte 0x1A (Ctrl-Z)", Kind.CTRL_Z);
          default -> new JsonFault(at, what, Kind.SYNTAX);
        });
  }
}
