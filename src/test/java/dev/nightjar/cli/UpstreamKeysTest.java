package dev.nightjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.nightjar.config.SettingsException;
import dev.nightjar.config.SettingsFile;
import dev.nightjar.config.UpstreamSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which upstream gets which key. */
@Tag("K5")
class UpstreamKeysTest {
  private static final String FILE =
      """
      upstreams:
        - url: http://gpu-1:8000/v1
        - url: https://api.example/v1
          api_key: own
        - url: https://other.example/v1
          api_key_env: OTHER_KEY
      """;

  @TempDir Path folder;

  /** The table in docs/operating.md, row by row; {@code A} is a server, {@code B} another. */
  @ParameterizedTest(name = "[{index}] --upstream {0} --api-key {1}, {2}, {3}: {4}")
  @CsvSource({
    // --upstream, --api-key, OPENAI_BASE_URL, OPENAI_API_KEY, keys
    "A,   flag, ,   env, flag",
    "A,   flag, B,  env, flag",
    "A B, flag, ,   env, flag flag",
    "A,   '',   ,   env, none",
    "A,   ,     ,   env, env",
    "A,   ,     A,  env, env",
    "A,   ,     B,  env, none",
    "A B, ,     ,   env, none none",
    "A B, ,     A,  env, none none",
    "A,   ,     ,   '',  none",
    "A,   ,     ,   ,    none",
  })
  void keyGoesWhereItBelongs(
      String upstreams,
      @Nullable String flag,
      @Nullable String baseUrl,
      @Nullable String key,
      String expected) {
    var options = new UpstreamOptions();
    options.urls = Arrays.stream(upstreams.split(" ")).map(UpstreamKeysTest::url).toList();
    options.apiKey = flag;

    assertThat(keys(options.upstreams(environment(baseUrl, key), "NIGHTJAR_UPSTREAM", none())))
        .isEqualTo(expected);
    assertThat(keys(options.upstreams(environment(baseUrl, key), "OPENAI_BASE_URL", none())))
        .as("run")
        .isEqualTo(expected);
  }

  /** The same for an upstream that the environment names. */
  @Test
  void baseUrlAndKeyOfTheEnvironmentBelongTogether() {
    var options = new UpstreamOptions();
    Map<String, String> environment = environment("A", "env");

    assertThat(keys(options.upstreams(environment, "OPENAI_BASE_URL", none()))).isEqualTo("env");
    environment.put("OPENAI_BASE_URL", "http://a:1/v1, http://b:1/v1");
    assertThat(keys(options.upstreams(environment, "OPENAI_BASE_URL", none())))
        .isEqualTo("none none");
    environment.remove("OPENAI_BASE_URL");
    environment.put("NIGHTJAR_UPSTREAM", "http://a:1/v1");
    assertThat(keys(options.upstreams(environment, "NIGHTJAR_UPSTREAM", none()))).isEqualTo("env");
    environment.put("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1");
    assertThat(keys(options.upstreams(environment, "NIGHTJAR_UPSTREAM", none())))
        .as("that key is for this server's own clients")
        .isEqualTo("none");
  }

  @Test
  void baseUrlIsTheSameWithAndWithoutItsVersion() {
    var options = new UpstreamOptions();
    options.urls = List.of("http://A:1/");

    assertThat(keys(options.upstreams(environment("A", "env"), "OPENAI_BASE_URL", none())))
        .isEqualTo("env");
  }

  @Test
  void withASettingsFileOnlyItsOwnKeysCount() throws IOException {
    var options = new UpstreamOptions();
    SettingsFile file = SettingsFile.read(Files.writeString(folder.resolve("nightjar.yaml"), FILE));
    Map<String, String> environment = environment(null, "env");
    environment.put("OTHER_KEY", "other");

    assertThat(keys(options.upstreams(environment, "NIGHTJAR_UPSTREAM", file)))
        .isEqualTo("none own other");
    options.apiKey = "flag";
    assertThatThrownBy(() -> options.upstreams(environment, "NIGHTJAR_UPSTREAM", file))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("its own api_key or api_key_env");
  }

  @Test
  @Tag("F2")
  void upstreamOfTheFileMayTakeAnyModelAndTheFlagIsForThoseOfFlags() throws IOException {
    Path path = folder.resolve("nightjar.yaml");
    String entries =
        "upstreams: [{url: 'http://a', models: any}, {url: 'http://b', models: [any, m]}]";
    SettingsFile file = SettingsFile.read(Files.writeString(path, entries));
    var options = new UpstreamOptions();

    assertThat(options.upstreams(Map.of(), "NIGHTJAR_UPSTREAM", file))
        .extracting(UpstreamSettings::models)
        .containsExactly(null, Set.of("any", "m"));
    options.isAnyModel = true;
    assertThatThrownBy(() -> options.upstreams(Map.of(), "NIGHTJAR_UPSTREAM", file))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("'models: any'");
    options.urls = List.of("http://c:1/v1");
    assertThat(options.upstreams(Map.of(), "NIGHTJAR_UPSTREAM", none()))
        .extracting(UpstreamSettings::models)
        .containsOnlyNulls();
  }

  @Test
  @Tag("F1")
  void upstreamMayAllowSoManyRequestsAndTokensAMinute() throws IOException {
    Path path = folder.resolve("nightjar.yaml");
    String entries = "upstreams: [{url: 'http://a', rpm: 600, tpm: 50000}]";
    SettingsFile file = SettingsFile.read(Files.writeString(path, entries));
    SettingsFile wrong =
        SettingsFile.read(Files.writeString(path, "upstreams: [{url: 'http://a', rpm: 0}]"));
    var options = new UpstreamOptions();

    assertThat(options.upstreams(Map.of(), "NIGHTJAR_UPSTREAM", file))
        .extracting(UpstreamSettings::requestsPerMinute, UpstreamSettings::tokensPerMinute)
        .containsExactly(tuple(600L, 50_000L));
    assertThatThrownBy(() -> options.upstreams(Map.of(), "NIGHTJAR_UPSTREAM", wrong))
        .isInstanceOf(SettingsException.class)
        .hasMessage("rpm of upstream upstream-1 is 0; it must be at least 1");
    options.tokensPerMinute = 7L;
    assertThatThrownBy(() -> options.upstreams(Map.of(), "NIGHTJAR_UPSTREAM", file))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("its own rpm and tpm");
    options.urls = List.of("http://c:1/v1");
    assertThat(options.upstreams(Map.of(), "NIGHTJAR_UPSTREAM", none()))
        .extracting(UpstreamSettings::requestsPerMinute, UpstreamSettings::tokensPerMinute)
        .containsExactly(tuple(null, 7L));
  }

  @Test
  void upstreamWithoutANameIsNotCalledByItsAddress() throws IOException {
    var options = new UpstreamOptions();
    SettingsFile file = SettingsFile.read(Files.writeString(folder.resolve("nightjar.yaml"), FILE));

    assertThat(
            options.upstreams(Map.of("OTHER_KEY", "other"), "NIGHTJAR_UPSTREAM", file).stream()
                .map(UpstreamSettings::name))
        .containsExactly("upstream-1", "upstream-2", "upstream-3");
  }

  private static SettingsFile none() {
    return SettingsFile.none();
  }

  private static String url(String name) {
    return "http://%s:1/v1".formatted(name);
  }

  private static Map<String, String> environment(@Nullable String baseUrl, @Nullable String key) {
    var environment = new HashMap<String, String>();
    if (baseUrl != null) {
      environment.put("OPENAI_BASE_URL", url(baseUrl));
    }
    if (key != null) {
      environment.put("OPENAI_API_KEY", key);
    }
    return environment;
  }

  private static String keys(List<UpstreamSettings> upstreams) {
    return upstreams.stream()
        .map(upstream -> upstream.apiKey() == null ? "none" : upstream.apiKey())
        .collect(Collectors.joining(" "));
  }
}
