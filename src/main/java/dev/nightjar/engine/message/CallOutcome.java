package dev.nightjar.engine.message;

import dev.nightjar.batch.Answer;
import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one call came to, seen from the line: whose fault it was decides what happens next
 * (docs/design.md#whose-fault). Each carries the answer that the line gets if this attempt is its
 * last.
 */
public sealed interface CallOutcome extends Serializable {
  /** The line has its answer: a success, or an error that repeating would not change. */
  record Final(Answer answer) implements CallOutcome {}

  /** The line's fault, perhaps: tried again a few times. */
  record LineFault(Answer verdict) implements CallOutcome {}

  /** A 500 or a broken connection: a probe tells whether the line or the upstream is to blame. */
  record Suspicious(String reason, Answer verdict) implements CallOutcome {}

  /** 429, 503 and their like: the upstream is there and wants less. */
  record Throttled(String reason, @Nullable Duration retryAfter) implements CallOutcome {}

  /** The upstream cannot be reached or cannot work: 502, 503, 504, connection refused. */
  record Unavailable(String reason, @Nullable Duration retryAfter) implements CallOutcome {}

  /** 401 and 403: an operator's mistake must not burn a batch. */
  record KeyRefused(String reason) implements CallOutcome {}

  /** We closed it, because the batch stops. */
  record Aborted() implements CallOutcome {}

  /** Our own disk failed: the line is not to blame. */
  record LocalFault(String reason) implements CallOutcome {}
}
