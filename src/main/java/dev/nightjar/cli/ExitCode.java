package dev.nightjar.cli;

import tools.jackson.databind.JsonNode;

/** What the commands that talk to a server exit with. */
final class ExitCode {
  static final int OK = 0;
  static final int WRONG = 1;
  static final int SOME_FAILED = 2;
  static final int EXPIRED = 3;
  static final int CANCELLED = 4;
  static final int KEY_REFUSED = 5;
  static final int UNREACHABLE = 6;
  static final int TIMEOUT = 124;
  static final int INTERRUPTED = 130;
  static final int BROKEN_PIPE = 141;

  private ExitCode() {}

  /** How a batch that has ended did. */
  static int ofEnded(JsonNode batch) {
    return switch (batch.path("status").asString("")) {
      case "completed" ->
          batch.path("request_counts").path("failed").asLong(0) > 0 ? SOME_FAILED : OK;
      case "expired" -> EXPIRED;
      case "cancelled" -> CANCELLED;
      default -> WRONG;
    };
  }
}
