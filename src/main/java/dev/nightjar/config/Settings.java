package dev.nightjar.config;

import dev.nightjar.cost.Terms;
import java.nio.file.Path;
import java.util.List;

/**
 * How a server runs, by subject.
 *
 * @param data the data directory
 * @param terms what batches cost, and how much a project may queue and spend
 */
public record Settings(
    Path data,
    ListenerSettings listener,
    List<UpstreamSettings> upstreams,
    CallSettings calls,
    InputSettings input,
    StorageSettings storage,
    BoundSettings bounds,
    Terms terms,
    WebhookSettings webhooks,
    LogStyle log) {
  public Settings {
    upstreams = List.copyOf(upstreams);
  }
}
