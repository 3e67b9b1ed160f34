package dev.nightjar.api.batches;

import dev.nightjar.api.ApiError;
import dev.nightjar.store.BatchStore.Origin;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a request's headers say of whether it was sent before. The official SDKs send no idempotency
 * key, but count their retries: a creation whose answer was lost must not run, and be paid, twice
 * (docs/costs.md#retries-never-pay-twice).
 *
 * @param idempotencyKey {@code Idempotency-Key}
 * @param retryCount {@code x-stainless-retry-count}
 * @param sender {@code Authorization}: equal requests of two senders are two requests
 */
public record RetryHeaders(
    @Nullable String idempotencyKey, @Nullable String retryCount, @Nullable String sender) {
  private static final Duration RETRIED_WITHIN = Duration.ofMinutes(15);
  private static final int KEY_CHARACTERS_MAX = 255;
  private static final int COUNT_DIGITS_MAX = 4;

  Origin origin(JsonNode body) {
    if (idempotencyKey != null
        && (idempotencyKey.isBlank() || idempotencyKey.length() > KEY_CHARACTERS_MAX)) {
      throw ApiError.invalidValue(
          "Idempotency-Key",
          "Invalid header 'Idempotency-Key': it must have 1 to %d characters."
              .formatted(KEY_CHARACTERS_MAX));
    }
    String who = sender == null ? "" : sender;
    // A key is of the project, whichever of its keys it comes with.
    String hash = RequestHash.of(idempotencyKey == null ? who : "", body);
    return new Origin(
        idempotencyKey, hash, RequestHash.earlier(who, body), count(), RETRIED_WITHIN);
  }

  /** A count that is none of an SDK's says nothing. */
  private int count() {
    boolean isNumber =
        retryCount != null
            && !retryCount.isEmpty()
            && retryCount.length() <= COUNT_DIGITS_MAX
            && retryCount.chars().allMatch(c -> c >= '0' && c <= '9');
    return isNumber ? Integer.parseInt(retryCount) : 0;
  }
}
