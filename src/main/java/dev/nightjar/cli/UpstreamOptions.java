package dev.nightjar.cli;

import dev.nightjar.config.BasePath;
import dev.nightjar.config.ClientTls;
import dev.nightjar.config.SettingsException;
import dev.nightjar.config.SettingsFile;
import dev.nightjar.config.UnusedProxy;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.config.UpstreamUrl;
import dev.nightjar.upstream.Preset;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that name inference servers. */
final class UpstreamOptions {
  private static final System.Logger LOG = System.getLogger(UpstreamOptions.class.getName());

  @Option(
      names = "--upstream",
      paramLabel = "URL",
      description = "Base URL of an OpenAI-compatible server, with or without /v1; may repeat.")
  List<String> urls = new ArrayList<>();

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description =
          "Key for each --upstream; '' for none. Without it the environment's OPENAI_API_KEY goes"
              + " to the upstream if there is one only, and OPENAI_BASE_URL names no other server.")
  @Nullable String apiKey;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "What kind of server each --upstream is: vllm, sglang, llamacpp, ollama, openai and others"
              + " (docs/upstreams.md).")
  @Nullable String preset;

  @Option(
      names = "--max-in-flight",
      paramLabel = "N",
      description = "Calls at a time to each upstream (default: as many as it bears, 256 at most).")
  @Nullable Integer maxInFlight;

  @Option(
      names = "--any-model",
      description =
          "Each --upstream takes any name of a model, whatever it lists; in a settings file: models:"
              + " any.")
  boolean isAnyModel;

  @Option(
      names = "--rpm",
      paramLabel = "N",
      description = "Requests that each --upstream allows a minute.")
  @Nullable Long requestsPerMinute;

  @Option(
      names = "--tpm",
      paramLabel = "N",
      description = "Tokens, of prompts and answers, that each --upstream allows a minute.")
  @Nullable Long tokensPerMinute;

  @Option(
      names = "--ca-cert",
      paramLabel = "FILE",
      description = "Trust this CA too, in PEM, wherever calls go (default: SSL_CERT_FILE).")
  @Nullable String caCert;

  /** Whom to trust where nothing else is said. */
  ClientTls tls(Map<String, String> environment, SettingsFile file) {
    String variable = environment.get("SSL_CERT_FILE");
    boolean isSet = variable != null && !variable.isBlank();
    return ClientTls.trusting(caCert != null ? caCert : isSet ? variable : file.caCert());
  }

  /** From the flags, else the environment's {@code urlVariable}, else the file. */
  List<UpstreamSettings> upstreams(
      Map<String, String> environment, String urlVariable, SettingsFile file) {
    List<String> named = urls;
    String variable = environment.get(urlVariable);
    if (named.isEmpty() && variable != null && !variable.isBlank()) {
      named = List.of(variable.trim().split("[,\\s]+", -1));
    }
    var upstreams = new ArrayList<UpstreamSettings>();
    if (named.isEmpty() && file.upstreams() != null) {
      if (apiKey != null) {
        throw new SettingsException(
            "--api-key is for what --upstream names; in the settings file each upstream has its own"
                + " api_key or api_key_env");
      }
      if (requestsPerMinute != null || tokensPerMinute != null) {
        throw new SettingsException(
            "--rpm and --tpm are for what --upstream names; in the settings file each upstream has"
                + " its own rpm and tpm");
      }
      if (isAnyModel) {
        throw new SettingsException(
            "--any-model is for what --upstream names; in the settings file an upstream has"
                + " 'models: any'");
      }
      if (preset != null) {
        throw new SettingsException(
            "--preset is for what --upstream names; in the settings file each upstream has its own");
      }
      for (SettingsFile.Upstream entry : file.upstreams()) {
        upstreams.add(fromFile(entry, environment, file, upstreams.size() + 1));
      }
      UnusedProxy.warning(environment, upstreams).ifPresent(said -> LOG.log(Level.WARNING, said));
      return upstreams;
    }
    String key = key(named, environment);
    for (String url : named) {
      String name = neutralName(upstreams.size() + 1);
      Set<String> models = isAnyModel ? null : Set.of();
      upstreams.add(
          new UpstreamSettings(
              name,
              checked(url),
              key,
              models,
              maxInFlight(null),
              maxInFlight == null,
              preset(name, preset),
              perMinute("--rpm", requestsPerMinute),
              perMinute("--tpm", tokensPerMinute),
              Map.of(),
              tls(environment, file)));
    }
    UnusedProxy.warning(environment, upstreams).ifPresent(said -> LOG.log(Level.WARNING, said));
    return upstreams;
  }

  /**
   * The flag's, for each upstream. A key of the environment belongs to {@code OPENAI_BASE_URL} if
   * that is set, and else to the one upstream there is: nobody else gets to know it.
   */
  private @Nullable String key(List<String> named, Map<String, String> environment) {
    if (apiKey != null) {
      return apiKey.isBlank() ? null : apiKey;
    }
    String key = environment.get("OPENAI_API_KEY");
    if (key == null || key.isBlank() || named.isEmpty()) {
      return null;
    }
    String owner = environment.get("OPENAI_BASE_URL");
    boolean isFree = owner == null || owner.isBlank() || isSame(owner, named.getFirst());
    if (named.size() == 1 && isFree) {
      return key;
    }
    LOG.log(
        Level.WARNING,
        named.size() > 1
            ? "OPENAI_API_KEY goes to none of several upstreams: say --api-key for all of them, or"
                + " give each its own in a settings file"
            : "OPENAI_API_KEY belongs to OPENAI_BASE_URL, which is another server: say --api-key"
                + " for the upstream, if it needs one");
    return null;
  }

  private static boolean isSame(String url, String other) {
    return withoutEnd(url).equals(withoutEnd(other));
  }

  /** Base URLs are written with and without {@code /v1}. */
  private static String withoutEnd(String url) {
    return url.strip().toLowerCase(Locale.ROOT).replaceFirst("/+(v1/*)?$", "");
  }

  /** Its address is nobody's business who reads of it in an answer. */
  private static String neutralName(int number) {
    return "upstream-" + number;
  }

  private UpstreamSettings fromFile(
      SettingsFile.Upstream entry, Map<String, String> environment, SettingsFile file, int number) {
    if (entry.url() == null) {
      throw new SettingsException("an entry of upstreams has no url");
    }
    String name = entry.name() == null ? neutralName(number) : entry.name();
    var access = new UpstreamAccess(name, entry, environment);
    return new UpstreamSettings(
        name,
        checked(entry.url()),
        access.apiKey(),
        models(entry),
        maxInFlight(entry.maxInFlight()),
        maxInFlight == null && entry.maxInFlight() == null,
        preset(name, entry.preset()),
        perMinute("rpm of upstream " + name, entry.rpm()),
        perMinute("tpm of upstream " + name, entry.tpm()),
        access.headers(),
        access.tls(tls(environment, file)));
  }

  private static @Nullable Long perMinute(String setting, @Nullable Long count) {
    if (count != null && count < 1) {
      throw new SettingsException("%s is %d; it must be at least 1".formatted(setting, count));
    }
    return count;
  }

  private static @Nullable Set<String> models(SettingsFile.Upstream entry) {
    List<String> models = entry.models();
    if (models == null) {
      return Set.of();
    }
    return models.equals(List.of("any")) ? null : Set.copyOf(models);
  }

  private static Preset preset(String upstream, @Nullable String name) {
    if (name == null) {
      return Preset.NONE;
    }
    return Preset.named(name)
        .orElseThrow(() ->
            new SettingsException(
                "upstream %s has preset '%s'; there are: %s"
                    .formatted(upstream, name, Preset.names())));
  }

  private int maxInFlight(@Nullable Integer own) {
    int max = UpstreamSettings.MAX_IN_FLIGHT;
    if (maxInFlight != null) {
      max = maxInFlight;
    } else if (own != null) {
      max = own;
    }
    if (max < 1 || max > 100_000) {
      throw new SettingsException(
          "max in flight is %d; it must be from 1 to 100000".formatted(max));
    }
    return max;
  }

  private static String checked(String url) {
    URI uri = UpstreamUrl.parse(url);
    BasePath.warning(uri).ifPresent(said -> LOG.log(Level.WARNING, said));
    return url;
  }
}
