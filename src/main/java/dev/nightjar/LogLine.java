package dev.nightjar;

import dev.nightjar.process.LogFields;
import dev.nightjar.terminal.Printable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * One line a message, whatever is in it: paths, names and answers come from others. Only a trace
 * has more lines, and each of those begins with a tab.
 */
final class LogLine extends Formatter {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

  @Override
  public String format(LogRecord entry) {
    var line = new StringBuilder();
    line.append(TIME.format(entry.getInstant().atZone(ZoneId.systemDefault())));
    line.append(' ').append(entry.getLevel().getLocalizedName()).append(' ');
    line.append(Printable.escaped(message(entry, this))).append(System.lineSeparator());
    if (entry.getThrown() != null) {
      trace(entry.getThrown())
          .lines()
          .map(String::strip)
          .forEach(step ->
              line.append('\t').append(Printable.escaped(step)).append(System.lineSeparator()));
    }
    return line.toString();
  }

  /** With its own words where it comes with fields: no part of it stands for something else. */
  static String message(LogRecord entry, Formatter formatter) {
    return fields(entry) == null ? formatter.formatMessage(entry) : entry.getMessage();
  }

  static @Nullable LogFields fields(LogRecord entry) {
    Object[] parameters = entry.getParameters();
    return parameters != null && parameters.length == 1 && parameters[0] instanceof LogFields fields
        ? fields
        : null;
  }

  static String trace(Throwable thrown) {
    var text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}
