package dev.nightjar.config;

import dev.nightjar.upstream.Preset;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An inference server.
 *
 * @param url its base URL, with or without {@code /v1}
 * @param apiKey sent as bearer token; null for none
 * @param models those it serves; null: any; empty: what it lists
 * @param isFoundOut how many it bears, with {@code maxInFlight} as the most; else it bears so many
 * @param preset what is known of its kind
 * @param requestsPerMinute that it may be asked for; null: as many as it takes
 * @param tokensPerMinute the same, of prompts and answers
 * @param headers sent with each call beside our own
 */
public record UpstreamSettings(
    String name,
    String url,
    @Nullable String apiKey,
    @Nullable Set<String> models,
    int maxInFlight,
    boolean isFoundOut,
    Preset preset,
    @Nullable Long requestsPerMinute,
    @Nullable Long tokensPerMinute,
    Map<String, String> headers,
    ClientTls tls) {
  public static final int MAX_IN_FLIGHT = 256;

  public UpstreamSettings {
    models = models == null ? null : Set.copyOf(models);
    headers = Map.copyOf(headers);
  }

  public UpstreamSettings(
      String name,
      String url,
      @Nullable String apiKey,
      @Nullable Set<String> models,
      int maxInFlight) {
    this(
        name,
        url,
        apiKey,
        models,
        maxInFlight,
        false,
        Preset.NONE,
        null,
        null,
        Map.of(),
        ClientTls.DEFAULT);
  }

  public UpstreamSettings withMaxInFlight(int max) {
    return new UpstreamSettings(
        name,
        url,
        apiKey,
        models,
        max,
        isFoundOut,
        preset,
        requestsPerMinute,
        tokensPerMinute,
        headers,
        tls);
  }

  /** Never with what it is called with. */
  @Override
  public String toString() {
    return name + " (" + MaskedUrl.of(url) + ")";
  }
}
