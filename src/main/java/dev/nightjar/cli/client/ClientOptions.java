package dev.nightjar.cli.client;

import dev.nightjar.config.ClientTls;
import dev.nightjar.config.MaskedUrl;
import dev.nightjar.net.HostPort;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.Shell;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that say which server to ask, and as whom. */
public final class ClientOptions {
  private static final String BASE_URL = "http://127.0.0.1:8080/v1";

  @Option(
      names = "--base-url",
      paramLabel = "URL",
      description = "The server (default: OPENAI_BASE_URL, or this machine, port 8080).")
  @Nullable String baseUrl;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "Its key (better: the environment's NIGHTJAR_API_KEY or OPENAI_API_KEY).")
  @Nullable String apiKey;

  @Option(
      names = "--project",
      paramLabel = "ID",
      description = "The project to work in, of those that the key may use.")
  @Nullable String project;

  @Option(
      names = "--ca-cert",
      paramLabel = "FILE",
      description = "Trust this CA too, in PEM (default: SSL_CERT_FILE).")
  @Nullable String caCert;

  public ApiClient client(Shell shell) {
    return new ApiClient(target(shell.environment()), shell::say);
  }

  ApiTarget target(Map<String, String> environment) {
    String url = firstSet(baseUrl, environment.get("OPENAI_BASE_URL"), BASE_URL);
    String key =
        firstSet(apiKey, environment.get("NIGHTJAR_API_KEY"), environment.get("OPENAI_API_KEY"));
    checkHeader("the key", key);
    checkHeader("--project", project);
    String ca = firstSet(caCert, environment.get("SSL_CERT_FILE"));
    return new ApiTarget(base(url == null ? BASE_URL : url), key, project, ClientTls.trusting(ca));
  }

  private static @Nullable String firstSet(@Nullable String... values) {
    for (String value : values) {
      if (value != null && !value.isBlank()) {
        return value.strip();
      }
    }
    return null;
  }

  private static void checkHeader(String name, @Nullable String value) {
    if (value != null && !value.matches("[\\x20-\\x7e]*")) {
      throw CommandException.wrong(name + " has characters that a header cannot carry");
    }
  }

  /** A URL without a path is a server's, whose API is at /v1. */
  private static URI base(String url) {
    try {
      URI uri = URI.create(url.replaceAll("/+$", ""));
      boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      boolean isNameKnown = uri.getHost() != null || "http".equals(uri.getScheme());
      boolean isBare = HostPort.of(uri).isPresent() && uri.getRawQuery() == null;
      if (isHttp && isNameKnown && isBare) {
        return uri.getRawPath().isEmpty() ? URI.create(uri + "/v1") : uri;
      }
    } catch (IllegalArgumentException _) {
      // Said below.
    }
    throw CommandException.wrong(
        "the base URL '%s' is not one such as %s, with the key given apart"
            .formatted(MaskedUrl.of(url), BASE_URL));
  }
}
