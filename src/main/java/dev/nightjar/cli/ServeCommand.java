package dev.nightjar.cli;

import static java.util.Objects.requireNonNullElse;

import dev.nightjar.config.BoundSettings;
import dev.nightjar.config.CallSettings;
import dev.nightjar.config.InputSettings;
import dev.nightjar.config.ListenerSettings;
import dev.nightjar.config.ListenerSettings.Doors;
import dev.nightjar.config.ListenerSettings.TlsSettings;
import dev.nightjar.config.LogStyle;
import dev.nightjar.config.Settings;
import dev.nightjar.config.SettingsException;
import dev.nightjar.config.SettingsFile;
import dev.nightjar.config.StorageSettings;
import dev.nightjar.config.WebhookSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nightjar serve}. */
@Command(
    name = "serve",
    description = "Serves the Files and Batches API, and works through the batches.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Every flag has an environment variable (NIGHTJAR_HOST, NIGHTJAR_PORT, NIGHTJAR_DATA,",
      "NIGHTJAR_UPSTREAM, NIGHTJAR_MAX_IN_FLIGHT, NIGHTJAR_TLS_CERT, NIGHTJAR_TLS_KEY) and an"
          + " entry",
      "in the --config file. A flag wins over the variable, and that over the file."
    })
public final class ServeCommand implements Callable<Integer> {
  private static final Pattern HOST =
      Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+]");

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Address to bind (default: 127.0.0.1).")
  @Nullable String host;

  @Option(names = "--port", paramLabel = "PORT", description = "Port; 0 for any (default: 8080).")
  @Nullable Integer port;

  @Option(
      names = "--open",
      description =
          "Requests without a key are welcome, whoever sends them, also from other machines.")
  boolean isOpen;

  @Option(
      names = "--allow-host",
      paramLabel = "NAME",
      description =
          "A name by which requests without a key may reach this server, beside localhost and, with"
              + " --open, addresses and names without a dot; may repeat.")
  List<String> allowHosts = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data directory (default: nightjar-data).")
  @Nullable Path data;

  @Option(names = "--config", paramLabel = "FILE", description = "Settings in YAML.")
  @Nullable Path config;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "Serve over TLS with this certificate and its chain, in PEM.")
  @Nullable Path tlsCert;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The certificate's private key, in PEM without a password.")
  @Nullable Path tlsKey;

  @Option(
      names = "--log",
      paramLabel = "STYLE",
      description = "How the log on standard error is written: text (default) or json.")
  @Nullable String log;

  @Mixin UpstreamOptions upstreamOptions = new UpstreamOptions();

  private final Map<String, String> environment;
  private final Function<Settings, Integer> server;

  /** {@code server} runs until it is told to stop and gives the exit code. */
  public ServeCommand(Map<String, String> environment, Function<Settings, Integer> server) {
    this.environment = environment;
    this.server = server;
  }

  @Override
  public Integer call() {
    return server.apply(settings());
  }

  Settings settings() {
    SettingsFile file = config == null ? SettingsFile.none() : SettingsFile.read(config);
    number("NIGHTJAR_MAX_IN_FLIGHT", upstreamOptions.maxInFlight)
        .ifPresent(n -> upstreamOptions.maxInFlight = n);
    var upstreams = upstreamOptions.upstreams(environment, "NIGHTJAR_UPSTREAM", file);
    if (upstreams.isEmpty()) {
      throw new SettingsException(
          "no upstream: name one with --upstream http://127.0.0.1:8000/v1, or try"
              + " `nightjar sim` and --upstream http://127.0.0.1:9000/v1");
    }
    return new Settings(
        data != null ? data : Path.of(text(null, "NIGHTJAR_DATA", file.data(), "nightjar-data")),
        listener(file),
        upstreams,
        CallSettings.of(file),
        InputSettings.of(file),
        StorageSettings.of(file),
        BoundSettings.of(file),
        file.terms(),
        WebhookSettings.of(file, upstreamOptions.tls(environment, file)),
        LogStyle.of(text(log, "NIGHTJAR_LOG", file.log(), "text")));
  }

  private ListenerSettings listener(SettingsFile file) {
    return new ListenerSettings(
        text(host, "NIGHTJAR_HOST", file.host(), ListenerSettings.HOST),
        number("NIGHTJAR_PORT", port)
            .orElse(requireNonNullElse(file.port(), ListenerSettings.PORT)),
        doors(file),
        tls(file));
  }

  private Doors doors(SettingsFile file) {
    List<String> inFile = file.allowHosts() == null ? List.of() : file.allowHosts();
    var names = new HashSet<String>();
    for (String name : allowHosts.isEmpty() ? inFile : allowHosts) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (!HOST.matcher(lower).matches()) {
        throw new SettingsException(
            "allow_hosts has '%s'; write a host's name without a port, such as batch.example.com"
                .formatted(name));
      }
      names.add(lower);
    }
    return new Doors(isOpen, names);
  }

  private @Nullable TlsSettings tls(SettingsFile file) {
    String cert = text(text(tlsCert), "NIGHTJAR_TLS_CERT", file.tlsCert(), "");
    String key = text(text(tlsKey), "NIGHTJAR_TLS_KEY", file.tlsKey(), "");
    if (cert.isEmpty() != key.isEmpty()) {
      throw new SettingsException(
          "TLS needs both a certificate and its key: --tls-cert FILE and --tls-key FILE");
    }
    return cert.isEmpty() ? null : new TlsSettings(Path.of(cert), Path.of(key));
  }

  private static @Nullable String text(@Nullable Path path) {
    return path == null ? null : path.toString();
  }

  private String text(
      @Nullable String flag, String variable, @Nullable String inFile, String otherwise) {
    if (flag != null) {
      return flag;
    }
    String set = environment.get(variable);
    if (set != null && !set.isBlank()) {
      return set;
    }
    return inFile != null ? inFile : otherwise;
  }

  private Optional<Integer> number(String variable, @Nullable Integer flag) {
    String set = environment.get(variable);
    if (flag != null || set == null || set.isBlank()) {
      return Optional.ofNullable(flag);
    }
    try {
      return Optional.of(Integer.valueOf(set.trim()));
    } catch (NumberFormatException _) {
      throw new SettingsException("%s is '%s'; it must be a number".formatted(variable, set));
    }
  }
}
