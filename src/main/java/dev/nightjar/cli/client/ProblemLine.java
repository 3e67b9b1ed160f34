package dev.nightjar.cli.client;

import dev.nightjar.terminal.Human;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What is wrong with a line of an input file: {@code line 3, column 12: message (code)}. The API
 * has no field for the column; it stands in the message, from where it is taken.
 */
public final class ProblemLine {
  private static final Pattern COLUMN =
      Pattern.compile("(?s)(.*?)\\.? Column (\\d{1,18})(?:: (.*?))?\\.");

  private ProblemLine() {}

  /** {@code error} has the form of an entry of a batch's {@code errors.data}. */
  public static String of(JsonNode error) {
    String message = Human.printable(error.path("message").asString(""));
    String column = "";
    Matcher found = COLUMN.matcher(message);
    if (found.matches()) {
      column = ", column " + found.group(2);
      message = found.group(1) + (found.group(3) == null ? "." : ": " + found.group(3) + ".");
    }
    JsonNode line = error.path("line");
    String place = line.isNumber() ? "line %s%s: ".formatted(line.asString(), column) : "";
    return "%s%s (%s)".formatted(place, message, error.path("code").asString("unknown"));
  }
}
