package dev.nightjar.cli;

import dev.nightjar.config.ClientTls;
import dev.nightjar.config.ListenerSettings.TlsSettings;
import dev.nightjar.config.SettingsException;
import dev.nightjar.config.SettingsFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an upstream of the settings file is called with beside the request: who we are. */
record UpstreamAccess(
    String upstream, SettingsFile.Upstream entry, Map<String, String> environment) {
  private static final String AUTHORIZATION = "authorization";

  /** What each call says of itself. */
  private static final Set<String> OURS =
      Set.of(
          "accept-encoding",
          "connection",
          "content-length",
          "content-type",
          "expect",
          "host",
          "idempotency-key",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "x-request-id");

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
  private static final Pattern VALUE = Pattern.compile("[!-~]([ -~]{0,4000}[!-~])?");

  @Nullable String apiKey() {
    return secret("api_key", entry.apiKey(), entry.apiKeyEnv());
  }

  Map<String, String> headers() {
    var headers = new HashMap<String, String>();
    Map<String, @Nullable String> set = entry.headers() == null ? Map.of() : entry.headers();
    set.forEach((name, value) -> {
      check(NAME.matcher(name).matches(), "has a header '%s', which is no name of one", name);
      check(
          !OURS.contains(name.toLowerCase(Locale.ROOT)),
          "has the header '%s', which each call has of its own",
          name);
      check(
          value != null && VALUE.matcher(value).matches(),
          "has the header '%s' with a value that a header cannot carry",
          name);
      headers.put(name, value);
    });
    String password = secret("password", entry.password(), entry.passwordEnv());
    if (entry.user() != null || password != null) {
      headers.put("Authorization", basic(password));
    }
    long credentials =
        headers.keySet().stream().filter(AUTHORIZATION::equalsIgnoreCase).count()
            + (entry.apiKey() == null && entry.apiKeyEnv() == null ? 0 : 1);
    check(
        credentials <= 1,
        "has more than one of api_key, user and password, and the header %s",
        "Authorization");
    return headers;
  }

  private String basic(@Nullable String password) {
    String user = entry.user();
    if (user == null || password == null || user.contains(":")) {
      throw new SettingsException(
          "upstream %s needs both user and password, and no ':' in the user".formatted(upstream));
    }
    byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  ClientTls tls(ClientTls otherwise) {
    String cert = entry.clientCert();
    String key = entry.clientKey();
    check(
        (cert == null) == (key == null),
        "needs both a client certificate and its key: client_cert and %s",
        "client_key");
    Path ca = entry.caCert() == null ? otherwise.caCert() : Path.of(entry.caCert());
    return new ClientTls(
        ca, cert == null || key == null ? null : new TlsSettings(Path.of(cert), Path.of(key)));
  }

  private @Nullable String secret(String setting, @Nullable String own, @Nullable String variable) {
    if (variable == null) {
      return own;
    }
    String value = environment.get(variable);
    if (value == null) {
      throw new SettingsException(
          "%s_env of upstream %s names %s, which is not set"
              .formatted(setting, upstream, variable));
    }
    return value;
  }

  private void check(boolean isGood, String problem, String name) {
    if (!isGood) {
      throw new SettingsException("upstream %s ".formatted(upstream) + problem.formatted(name));
    }
  }
}
