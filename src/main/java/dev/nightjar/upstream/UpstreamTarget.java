package dev.nightjar.upstream;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an upstream is and how it is called.
 *
 * @param baseUrl with or without {@code /v1}
 * @param apiKey sent as a bearer token
 * @param maxConnections as many calls as may be in flight at once
 * @param headers sent with each call beside our own; secret
 */
public record UpstreamTarget(
    String name,
    URI baseUrl,
    @Nullable String apiKey,
    int maxConnections,
    Preset preset,
    Map<String, String> headers) {
  public UpstreamTarget(String name, URI baseUrl, @Nullable String apiKey, int maxConnections) {
    this(name, baseUrl, apiKey, maxConnections, Preset.NONE, Map.of());
  }

  public UpstreamTarget {
    headers = Map.copyOf(headers);
    if (maxConnections < 1) {
      throw new IllegalArgumentException(
          "upstream %s needs at least 1 connection, not %d".formatted(name, maxConnections));
    }
    if (apiKey != null && !isToken(apiKey)) {
      throw new IllegalArgumentException(
          "the API key of upstream %s must be visible ASCII without spaces or line ends"
              .formatted(name));
    }
  }

  private static boolean isToken(String key) {
    return !key.isEmpty() && key.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  /** Without secrets: this goes into logs. */
  @Override
  public String toString() {
    return "UpstreamTarget[name=%s, baseUrl=%s, maxConnections=%d]"
        .formatted(name, baseUrl, maxConnections);
  }
}
