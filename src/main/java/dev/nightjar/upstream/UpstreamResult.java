package dev.nightjar.upstream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of one call. */
public sealed interface UpstreamResult {
  /**
   * The answer was read to its end; its body is in the sink.
   *
   * @param requestId the upstream's own {@code x-request-id}, if it sent one
   * @param retryAfter from {@code retry-after-ms} or {@code Retry-After} (seconds or date)
   * @param rateLimits null when it says nothing of them
   */
  record Answered(
      int status,
      @Nullable String requestId,
      @Nullable Duration retryAfter,
      @Nullable RateLimits rateLimits)
      implements UpstreamResult {
    public Answered(int status, @Nullable String requestId, @Nullable Duration retryAfter) {
      this(status, requestId, retryAfter, null);
    }
  }

  /** No connection: refused, timed out, unknown host. The request was not sent. */
  record Unreachable(String reason) implements UpstreamResult {}

  /** The connection broke after the request, or a part of it, was sent. */
  record Broken(String reason) implements UpstreamResult {}

  /** The call took longer than it may. */
  record TimedOut() implements UpstreamResult {}

  /** The sink refused: the answer has more bytes than allowed. */
  record TooLarge() implements UpstreamResult {}

  /** {@code abort} was called. */
  record Aborted() implements UpstreamResult {}

  /** Our side failed: the body could not be read or the answer not be kept (disk). */
  record LocalFault(String reason) implements UpstreamResult {}
}
