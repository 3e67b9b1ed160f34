package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one call came to, seen from the line: whose fault it was decides what happens next (design
 * §6). Each carries the answer that the line gets if this attempt is its last.
 */
public sealed interface Attempt {
  /** The line has its answer: a success, or an error that repeating would not change. */
  record Final(Answer answer) implements Attempt {}

  /** The row's fault, perhaps: tried again a few times. */
  record RowFault(Answer verdict) implements Attempt {}

  /** A 500 or a broken connection: a probe tells whether the row or the upstream is to blame. */
  record Suspicious(String reason, Answer verdict) implements Attempt {}

  /** 429, 503 and their like: the upstream is there and wants less. */
  record Throttled(String reason, @Nullable Duration retryAfter) implements Attempt {}

  /** The upstream cannot be reached or cannot work: 502, 503, 504, connection refused. */
  record Unavailable(String reason, @Nullable Duration retryAfter) implements Attempt {}

  /** 401 and 403: an operator's mistake must not burn a batch. */
  record KeyRefused(String reason) implements Attempt {}

  /** We closed it, because the batch stops. */
  record Aborted() implements Attempt {}

  /** Our own disk failed: the line is not to blame. */
  record LocalFault(String reason) implements Attempt {}
}
