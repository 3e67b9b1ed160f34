package dev.nightjar.upstream;

import java.io.IOException;

/** What came cannot be the answer to the request, or nobody can tell whether it is. */
final class UnaskedAnswerException extends IOException {
  private static final long serialVersionUID = 1;

  private final boolean isFarewell;

  /**
   * @param isFarewell whether the server only said that it waits no longer
   */
  UnaskedAnswerException(boolean isFarewell) {
    super("an answer that nobody asked for");
    this.isFarewell = isFarewell;
  }

  boolean isFarewell() {
    return isFarewell;
  }
}
