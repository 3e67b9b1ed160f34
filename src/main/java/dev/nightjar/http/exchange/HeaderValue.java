package dev.nightjar.http.exchange;

import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A header's value with parameters, such as {@code form-data; name="file"; filename="a.jsonl"}. Of
 * a parameter that comes twice the first counts.
 *
 * @param main what is before the parameters, in lower case
 */
record HeaderValue(String main, Map<String, String> parameters) {
  static HeaderValue parse(String text) {
    var parser = new Parser(text);
    String main = parser.until(";").strip().toLowerCase(Locale.ROOT);
    var parameters = new LinkedHashMap<String, String>();
    while (parser.skip(';')) {
      String name = parser.until("=;").strip().toLowerCase(Locale.ROOT);
      String value = parser.skip('=') ? parser.value() : "";
      parameters.putIfAbsent(name, value);
      parser.until(";");
    }
    return new HeaderValue(main, parameters);
  }

  /** A parameter; its extended form {@code name*} (RFC 8187) wins. */
  @Nullable String parameter(String name) {
    String extended = parameters.get(name + "*");
    String decoded = extended == null ? null : decode(extended);
    return decoded == null ? parameters.get(name) : decoded;
  }

  private static @Nullable String decode(String extended) {
    String[] parts = extended.split("'", 3);
    if (parts.length < 3) {
      return null;
    }
    try {
      return URLDecoder.decode(parts[2].replace("+", "%2B"), Charset.forName(parts[0]));
    } catch (IllegalArgumentException _) {
      return null; // An unknown charset or broken encoding: the plain form, if there is one.
    }
  }

  private static final class Parser {
    private final String text;
    private int position;

    Parser(String text) {
      this.text = text;
    }

    boolean skip(char expected) {
      if (position < text.length() && text.charAt(position) == expected) {
        position++;
        return true;
      }
      return false;
    }

    String until(String stops) {
      int from = position;
      while (position < text.length() && stops.indexOf(text.charAt(position)) < 0) {
        position++;
      }
      return text.substring(from, position);
    }

    String value() {
      while (skip(' ') || skip('\t')) {
        // Blanks before a value mean nothing.
      }
      return skip('"') ? quoted() : until(";").strip();
    }

    /** A backslash escapes a quote and itself only: some clients send Windows paths as they are. */
    private String quoted() {
      var value = new StringBuilder();
      while (position < text.length() && !skip('"')) {
        char c = text.charAt(position++);
        boolean isEscape =
            c == '\\'
                && position < text.length()
                && (text.charAt(position) == '"' || text.charAt(position) == '\\');
        value.append(isEscape ? text.charAt(position++) : c);
      }
      return value.toString();
    }
  }
}
