package dev.nightjar.cli;

import dev.nightjar.config.Settings;
import dev.nightjar.config.Settings.SettingsException;
import dev.nightjar.config.Settings.UpstreamSettings;
import dev.nightjar.config.SettingsFile;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that name inference servers. */
final class UpstreamOptions {
  @Option(
      names = "--upstream",
      paramLabel = "URL",
      description = "Base URL of an OpenAI-compatible server, with or without /v1; may repeat.")
  List<String> urls = new ArrayList<>();

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "Key for the upstreams (better: the environment's OPENAI_API_KEY).")
  @Nullable String apiKey;

  @Option(
      names = "--max-in-flight",
      paramLabel = "N",
      description = "Calls at a time to each upstream (default: 256).")
  @Nullable Integer maxInFlight;

  /** From the flags, else the environment's {@code urlVariable}, else the file. */
  List<UpstreamSettings> upstreams(
      Map<String, String> environment, String urlVariable, SettingsFile file) {
    List<String> named = urls;
    String variable = environment.get(urlVariable);
    if (named.isEmpty() && variable != null && !variable.isBlank()) {
      named = List.of(variable.trim().split("[,\\s]+", -1));
    }
    String key = apiKey != null ? apiKey : environment.get("OPENAI_API_KEY");
    if (named.isEmpty() && file.upstreams() != null) {
      return file.upstreams().stream().map(entry -> fromFile(entry, environment, key)).toList();
    }
    var upstreams = new ArrayList<UpstreamSettings>();
    for (String url : named) {
      upstreams.add(upstream(null, url, key, Set.of(), null));
    }
    return upstreams;
  }

  private UpstreamSettings fromFile(
      SettingsFile.Upstream entry, Map<String, String> environment, @Nullable String key) {
    if (entry.url() == null) {
      throw new SettingsException("an entry of upstreams has no url");
    }
    String own = entry.apiKey();
    if (entry.apiKeyEnv() != null) {
      own = environment.get(entry.apiKeyEnv());
      if (own == null) {
        throw new SettingsException(
            "api_key_env of upstream %s names %s, which is not set"
                .formatted(entry.url(), entry.apiKeyEnv()));
      }
    }
    Set<String> models = entry.models() == null ? Set.of() : Set.copyOf(entry.models());
    return upstream(
        entry.name(), entry.url(), own != null ? own : key, models, entry.maxInFlight());
  }

  private UpstreamSettings upstream(
      @Nullable String name,
      String url,
      @Nullable String key,
      Set<String> models,
      @Nullable Integer ownMaxInFlight) {
    String authority = authority(url);
    int max = Settings.MAX_IN_FLIGHT;
    if (maxInFlight != null) {
      max = maxInFlight;
    } else if (ownMaxInFlight != null) {
      max = ownMaxInFlight;
    }
    if (max < 1 || max > 100_000) {
      throw new SettingsException(
          "max in flight is %d; it must be from 1 to 100000".formatted(max));
    }
    return new UpstreamSettings(name == null ? authority : name, url, key, models, max);
  }

  private static String authority(String url) {
    try {
      URI uri = URI.create(url);
      boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (isHttp && uri.getAuthority() != null) {
        return uri.getAuthority();
      }
    } catch (IllegalArgumentException _) {
      // Said below.
    }
    throw new SettingsException(
        "upstream '%s' is not a URL such as http://127.0.0.1:8000/v1".formatted(url));
  }
}
