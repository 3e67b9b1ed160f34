package dev.nightjar.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a project's events go.
 *
 * @param sequence orders endpoints by their creation
 * @param events types such as {@code batch.completed}
 * @param disabledReason why nothing is sent to it; null while it is enabled
 */
public record WebhookEndpoint(
    String id,
    long sequence,
    String project,
    String name,
    String url,
    List<String> events,
    Secrets secrets,
    Instant createdAt,
    Instant updatedAt,
    @Nullable String disabledReason) {
  public WebhookEndpoint {
    events = List.copyOf(events);
  }

  public WebhookEndpoint withTarget(
      String newName, String newUrl, List<String> newEvents, Instant now) {
    return new WebhookEndpoint(
        id, sequence, project, newName, newUrl, newEvents, secrets, createdAt, now, disabledReason);
  }

  public WebhookEndpoint withSecrets(Secrets newSecrets, Instant now) {
    return new WebhookEndpoint(
        id, sequence, project, name, url, events, newSecrets, createdAt, now, disabledReason);
  }

  public WebhookEndpoint enabled() {
    return new WebhookEndpoint(
        id, sequence, project, name, url, events, secrets, createdAt, updatedAt, null);
  }

  /** What deliveries are signed with; {@code previous} signs too, before {@code previousUntil}. */
  public record Secrets(
      String current, @Nullable String previous, @Nullable Instant previousUntil) {
    /** All that sign at a time, the current one first. */
    public List<String> at(Instant now) {
      boolean isPreviousUsed =
          previous != null && previousUntil != null && now.isBefore(previousUntil);
      return isPreviousUsed ? List.of(current, previous) : List.of(current);
    }

    /** Never the secrets. */
    @Override
    public String toString() {
      return previous == null ? "one secret" : "two secrets";
    }
  }
}
