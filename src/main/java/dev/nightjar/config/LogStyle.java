package dev.nightjar.config;

import java.util.Locale;

/** How the log of a server is written. */
public enum LogStyle {
  /** For people. */
  TEXT,
  /** One object a line. */
  JSON;

  public static LogStyle of(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "text" -> TEXT;
      case "json" -> JSON;
      default -> throw new SettingsException("log is '%s'; it is text or json".formatted(name));
    };
  }
}
