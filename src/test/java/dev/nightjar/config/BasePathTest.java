package dev.nightjar.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("H2")
class BasePathTest {
  @ParameterizedTest
  @CsvSource({
    "http://gpu:8000/v1/chat/completions,  http://gpu:8000/v1",
    "http://gpu:8000/v1/completions/,      http://gpu:8000/v1",
    "https://host/openai/v1/embeddings,    https://host/openai/v1",
    "http://gpu/v1/models,                 http://gpu/v1",
    "http://gpu/responses,                 http://gpu"
  })
  void wholeEndpointIsRefusedWithTheUrlThatIsMeant(String url, String meant) {
    assertThatThrownBy(() -> BasePath.check(URI.create(url)))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "upstream '%s' is a whole endpoint; the URL of an upstream ends before that: %s"
                .formatted(url, meant));
  }

  @ParameterizedTest
  @CsvSource({
    "http://gpu/api,                           /api/v1/…",
    "http://gpu/openai/deployments/gpt/,       /openai/deployments/gpt/v1/…",
    "http://gpu/version,                       /version/v1/…"
  })
  void pathWithoutAVersionIsTold(String url, String calls) {
    assertThat(BasePath.warning(URI.create(url)).orElseThrow()).contains(url).endsWith(calls);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://gpu",
        "http://gpu:8000/",
        "http://gpu/v1",
        "http://gpu/v1/",
        "https://host/api/v4",
        "https://host/v1beta/openai",
        "http://gpu/chat/v1"
      })
  void usualUrlIsTakenInSilence(String url) {
    assertThatCode(() -> BasePath.check(URI.create(url))).doesNotThrowAnyException();
    assertThat(BasePath.warning(URI.create(url))).isEmpty();
  }
}
