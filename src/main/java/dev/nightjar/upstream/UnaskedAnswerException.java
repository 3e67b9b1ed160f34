package dev.nightjar.upstream;

import java.io.IOException;

/** What came cannot be the answer to the request: it was on its way before. */
final class UnaskedAnswerException extends IOException {
  private static final long serialVersionUID = 1;

  UnaskedAnswerException() {
    super("an answer that nobody asked for");
  }
}
