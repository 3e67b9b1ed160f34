package dev.nightjar.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One event on its way to one endpoint.
 *
 * @param id what receivers know a delivery by, the same at each try
 * @param sequence orders deliveries by their creation
 * @param createdAt when the batch changed
 * @param begunAt from when tries and the time for them are counted
 * @param attempts tries since then that have ended
 * @param nextAt when to try next; null once it has ended
 * @param lastStatus of the last answer; null if there was none
 * @param lastError why the last try failed; null if it did not
 */
public record WebhookDelivery(
    String id,
    long sequence,
    String eventId,
    String type,
    String batchId,
    Instant createdAt,
    Instant begunAt,
    State state,
    int attempts,
    @Nullable Instant nextAt,
    @Nullable Instant endedAt,
    @Nullable Integer lastStatus,
    @Nullable String lastError) {

  /** Where it stands. */
  public enum State {
    PENDING,
    DELIVERED,
    FAILED
  }
}
