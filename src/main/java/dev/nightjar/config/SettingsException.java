package dev.nightjar.config;

/** A setting is wrong; the message says which, and what would be right. */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public SettingsException(String message) {
    super(message);
  }
}
