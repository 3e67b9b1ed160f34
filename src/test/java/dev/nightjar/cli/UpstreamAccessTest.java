package dev.nightjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.config.ClientTls;
import dev.nightjar.config.ListenerSettings.TlsSettings;
import dev.nightjar.config.Settings;
import dev.nightjar.config.SettingsException;
import dev.nightjar.config.SettingsFile;
import dev.nightjar.config.UnusedProxy;
import dev.nightjar.config.UpstreamSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who we say that we are to an upstream, and whom we trust. */
@Tag("H3")
class UpstreamAccessTest {
  private static final ClientTls OWN = ClientTls.trusting("own.pem");

  @TempDir Path folder;

  private UpstreamSettings entry(String more) throws IOException {
    return upstreams(Map.of("PW", "s3cret"), "{name: a, url: 'https://a/v1', %s}".formatted(more))
        .getFirst();
  }

  private List<UpstreamSettings> upstreams(Map<String, String> environment, String entries)
      throws IOException {
    Path file = folder.resolve("nightjar.yaml");
    Files.writeString(file, "ca_cert: file.pem\nupstreams: [%s]\n".formatted(entries));
    return new UpstreamOptions()
        .upstreams(environment, "NIGHTJAR_UPSTREAM", SettingsFile.read(file));
  }

  @Test
  void headersAndBasicCredentialsAreTaken() throws IOException {
    assertThat(entry("headers: {X-Team: batch, x-route: '7'}").headers())
        .isEqualTo(Map.of("X-Team", "batch", "x-route", "7"));
    Map<String, String> basic = Map.of("Authorization", "Basic dTpzM2NyZXQ=");
    assertThat(entry("user: u, password: s3cret").headers()).isEqualTo(basic);
    assertThat(entry("user: u, password_env: PW").headers()).isEqualTo(basic);
    assertThat(entry("user: u, password_env: PW").toString()).doesNotContain("dTpz", "s3cret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          headers: {host: s3cret}                     | has the header 'host', which each call has
          headers: {X-Request-ID: s3cret}             | has the header 'X-Request-ID', which each call
          headers: {'a b': s3cret}                    | has a header 'a b', which is no name of one
          headers: {a: "s3\\ncret"}                   | has the header 'a' with a value that a header
          headers: {a: ''}                            | has the header 'a' with a value that a header
          headers: {a: null}                          | has the header 'a' with a value that a header
          user: u                                     | needs both user and password
          password: s3cret                            | needs both user and password
          user: 'u:v', password: s3cret               | needs both user and password, and no ':'
          password_env: NONE                          | names NONE, which is not set
          user: u, password: s3cret, api_key: s3cret  | has more than one of api_key, user and
          headers: {authorization: s3cret}, user: u, password: p | has more than one of api_key
          client_cert: c.pem                          | needs both a client certificate and its key
          client_key: c.pem                           | needs both a client certificate and its key
          """)
  void whatCannotBeMeantIsRefusedAndNotRepeated(String setting, String said) {
    assertThatThrownBy(() -> entry(setting))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("upstream a ")
        .hasMessageContaining(said)
        .message()
        .doesNotContain("s3cret");
  }

  @Test
  void nearestCaIsTrusted() throws IOException {
    TlsSettings client = new TlsSettings(Path.of("c.pem"), Path.of("k.pem"));
    Map<String, String> environment = Map.of("SSL_CERT_FILE", "env.pem");
    String plain = "{url: 'https://a'}";

    assertThat(entry("ca_cert: own.pem").tls()).isEqualTo(OWN);
    assertThat(entry("client_cert: c.pem, client_key: k.pem").tls())
        .isEqualTo(new ClientTls(Path.of("file.pem"), client));
    assertThat(upstreams(environment, plain).getFirst().tls())
        .isEqualTo(ClientTls.trusting("env.pem"));
    assertThat(upstreams(environment, "{url: 'https://a', ca_cert: own.pem}").getFirst().tls())
        .isEqualTo(OWN);
    assertThat(upstreams(Map.of("SSL_CERT_FILE", ""), plain).getFirst().tls())
        .isEqualTo(ClientTls.trusting("file.pem"));
  }

  @Test
  void flagIsForUpstreamsAndWebhooks() {
    var command = new ServeCommand(Map.of("SSL_CERT_FILE", "env.pem"), _ -> 0);
    command.upstreamOptions.urls = List.of("https://a");
    Settings fromEnvironment = command.settings();
    command.upstreamOptions.caCert = "own.pem";
    Settings fromFlag = command.settings();

    assertThat(fromFlag.upstreams().getFirst().tls()).isEqualTo(OWN);
    assertThat(fromFlag.webhooks().tls()).isEqualTo(OWN);
    assertThat(fromEnvironment.webhooks().tls()).isEqualTo(ClientTls.trusting("env.pem"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix:/run/vllm.sock", "unix:///run/vllm.sock", "/run/vllm.sock"})
  void socketsOfFilesAreRefusedInASentence(String url) {
    var options = new UpstreamOptions();
    options.urls = List.of(url);

    assertThatThrownBy(() -> options.upstreams(Map.of(), "X", SettingsFile.none()))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "upstream '%s' is a socket's file; upstreams are called over TCP: let it listen on a port"
                .formatted(url));
  }

  @Test
  void namesWithAnUnderscoreAreTaken() {
    var options = new UpstreamOptions();
    options.urls = List.of("http://compose_vllm_1:8000/v1");

    assertThat(options.upstreams(Map.of(), "X", SettingsFile.none())).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "http://10.0.0.1/v1,  HTTP_PROXY=p,                     HTTP_PROXY",
    "http://gpu_1/v1,     http_proxy=p,                     http_proxy",
    "https://gpu/v1,      HTTPS_PROXY=p,                    HTTPS_PROXY",
    "https://gpu/v1,      ALL_PROXY=p,                      ALL_PROXY",
    "https://gpu/v1,      HTTP_PROXY=p,                     ",
    "https://gpu/v1,      HTTPS_PROXY=,                     ",
    "http://gpu/v1,       HTTP_PROXY=p NO_PROXY=gpu,        ",
    "http://a.gpu/v1,     HTTP_PROXY=p NO_PROXY=.gpu,       ",
    "http://a.gpu/v1,     HTTP_PROXY=p no_proxy=*,          ",
    "http://a.gpu/v1,     HTTP_PROXY=p NO_PROXY=pu,         HTTP_PROXY",
    "http://127.0.0.9/v1, HTTP_PROXY=p,                     ",
    "http://[::1]/v1,     HTTP_PROXY=p,                     ",
    "http://localhost/v1, HTTP_PROXY=p,                     ",
  })
  void proxyThatIsNotUsedIsSaid(String url, String variables, @Nullable String named) {
    var environment = new HashMap<String, String>();
    for (String variable : variables.split(" ", -1)) {
      environment.put(
          variable.substring(0, variable.indexOf('=')),
          variable.substring(variable.indexOf('=') + 1));
    }
    var upstream = new UpstreamSettings("a", url, null, null, 1);

    assertThat(UnusedProxy.warning(environment, List.of(upstream)).orElse(null))
        .isEqualTo(
            named == null
                ? null
                : named
                    + " is set, and is not used: upstreams are called directly, and so are"
                    + " webhooks");
  }
}
