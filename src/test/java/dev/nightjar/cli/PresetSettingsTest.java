package dev.nightjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.config.SettingsException;
import dev.nightjar.config.SettingsFile;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.upstream.Preset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PresetSettingsTest {
  @TempDir Path folder;

  private List<UpstreamSettings> upstreams(UpstreamOptions options, String yaml)
      throws IOException {
    Path file = Files.writeString(folder.resolve("nightjar.yaml"), yaml);
    return options.upstreams(Map.of(), "NIGHTJAR_UPSTREAM", SettingsFile.read(file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vllm",
        "sglang",
        "llamacpp",
        "tgi",
        "trtllm",
        "triton",
        "ollama",
        "lmstudio",
        "dynamo",
        "llm-d",
        "llamaswap",
        "openai"
      })
  void everyKindOfServerHasItsPreset(String name) throws IOException {
    String yaml = "upstreams: [{url: 'http://a:1/v1', preset: %s}]".formatted(name);

    assertThat(upstreams(new UpstreamOptions(), yaml).getFirst().preset().name()).isEqualTo(name);
    assertThat(Preset.names()).contains(name);
  }

  @Test
  void upstreamWithoutAPresetHasNone() throws IOException {
    String yaml = "upstreams: [{url: 'http://a:1/v1'}]";

    assertThat(upstreams(new UpstreamOptions(), yaml).getFirst().preset()).isEqualTo(Preset.NONE);
  }

  @Test
  void flagIsForEveryUpstreamThatFlagsName() throws IOException {
    var options = new UpstreamOptions();
    options.preset = "ollama";
    options.urls = List.of("http://a:1", "http://b:1");

    assertThat(upstreams(options, "port: 1"))
        .extracting(upstream -> upstream.preset().name())
        .containsExactly("ollama", "ollama");
    options.urls = List.of();
    assertThatThrownBy(() -> upstreams(options, "upstreams: [{url: 'http://a:1/v1'}]"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("--preset is for what --upstream names");
  }

  @Test
  void unknownPresetIsAnErrorThatNamesTheKnownOnes() {
    assertThatThrownBy(() ->
            upstreams(
                new UpstreamOptions(),
                "upstreams: [{name: gpu, url: 'http://a:1/v1', preset: vLLM2}]"))
        .isInstanceOf(SettingsException.class)
        .hasMessage("upstream gpu has preset 'vLLM2'; there are: " + Preset.names());
  }
}
