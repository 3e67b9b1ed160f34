package dev.nightjar.engine.message;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What an answer's head says of what may still be asked ({@code x-ratelimit-…}); null for what it
 * does not say.
 */
public record RateHeaders(@Nullable Left requests, @Nullable Left tokens) implements Serializable {
  /**
   * Of requests, or of tokens.
   *
   * @param limit that there is at most; 0 when it is not said
   * @param remaining of it
   * @param resetMillis until all of it is there again
   */
  public record Left(long limit, long remaining, long resetMillis) implements Serializable {}
}
