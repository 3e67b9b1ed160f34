package dev.nightjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.config.MaskedUrl;
import dev.nightjar.config.SettingsException;
import dev.nightjar.config.SettingsFile;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.Shell;
import dev.nightjar.terminal.Shells;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of a wrong setting does not repeat the secret in it. */
@Tag("K5")
class SecretsInErrorsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user:s3cret@gpu-1/v1",
        "http://s3cret@gpu-1/v1",
        "http://user:s3cret@/v1",
        "http://user:s3 cret@gpu-1/v1",
        "user:s3cret@gpu-1/v1",
        "http://user:s3@cret@gpu-1/v1",
        "http://user:s3cret@gpu_1/v1",
        "http://user:s3/cret@gpu-1/v1",
        "http://user:s3cret@gpu_1/chat/completions",
        "gpu-1/v1?key=s3cret",
        "ftp://user:s3cret@gpu-1/v1",
      })
  void passwordInAnUpstreamsUrlIsRefusedAndNotRepeated(String url) {
    var options = new UpstreamOptions();
    options.urls = List.of(url);

    Throwable refused =
        catchThrowable(() -> options.upstreams(Map.of(), "NIGHTJAR_UPSTREAM", SettingsFile.none()));

    assertThat(refused).isInstanceOf(SettingsException.class);
    assertThat(refused.getMessage()).contains("***").doesNotContain("s3", "cret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user:s3cret@gpu-1/v1",
        "http://user:s3 cret@gpu-1/v1",
        "http://user:s3cret@gpu_1/v1",
        "http://user:s3/cret@gpu-1/v1",
        "http://h/v1?key=s3cret"
      })
  void passwordInABaseUrlIsRefusedAndNotRepeated(String url) {
    Shell shell = new Shells().shell(Map.of("OPENAI_BASE_URL", url), false);

    Throwable refused = catchThrowable(() -> new ClientOptions().client(shell));

    assertThat(refused).isInstanceOf(CommandException.class);
    assertThat(refused.getMessage()).contains("***").doesNotContain("s3", "cret");
  }

  /** A number before a slash could be a port. */
  @Test
  @Tag("H3")
  void whatMayBeAPasswordIsNotShown() {
    var upstream = new UpstreamSettings("gpu", "http://user:5/cret@gpu-1/v1", null, null, 1);

    assertThat(upstream.toString()).isEqualTo("gpu (http://***@gpu-1/v1)");
  }

  @ParameterizedTest
  @CsvSource({
    "http://h:1/v1,              http://h:1/v1",
    "https://u:p@h/v1,           https://***@h/v1",
    "u:p@h,                      u:***@h",
    "http://h/v1?a=b,            http://h/v1?***",
    "http://h/v1#a,              http://h/v1?***",
  })
  void urlIsShownWithoutItsSecrets(String url, String shown) {
    assertThat(MaskedUrl.of(url)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          upstreams:;- url: http://h;  api_key: "s3cret;   | line
          upstreams:;- url: http://h;   api_key: s3cret;  x| line
          api_key s3cret;port: 1                           | line 1, column
          port: s3cret                                     | port must be a number
          mixed_models: s3cret                             | mixed_models must be true or false
          upstreams: s3cret                                | upstreams must be a list
          upstreams: [s3cret]                              | upstreams must be a section of settings
          upstreams:;- max_in_flight: s3cret               | upstreams.max_in_flight must be a number
          upstreams:;- api_key: [s3cret]                   | upstreams.api_key must be text
          quota: {monthly_budget: s3cret}                  | quota.monthly_budget must be a number
          """)
  void lineOfTheSettingsFileIsNamedAndNotRepeated(String yaml, String said) throws IOException {
    Path file = Files.writeString(folder.resolve("nightjar.yaml"), yaml.replace(';', '\n'));

    Throwable refused = catchThrowable(() -> SettingsFile.read(file));

    assertThat(refused).isInstanceOf(SettingsException.class);
    assertThat(refused.getMessage()).contains(said).doesNotContain("s3cret");
  }
}
