package dev.nightjar.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of sending a message to an endpoint. */
public sealed interface Reply {
  /**
   * The endpoint answered.
   *
   * @param retryAfter how long the endpoint wants to be left alone; null if it does not say
   */
  record Answered(int status, @Nullable Duration retryAfter) implements Reply {}

  /** No answer came; {@code reason} says why, in a few words. */
  record Unreachable(String reason) implements Reply {}
}
