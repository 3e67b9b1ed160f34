package dev.nightjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.config.BoundSettings;
import dev.nightjar.config.DiskFreeMin;
import dev.nightjar.config.ListenerSettings.TlsSettings;
import dev.nightjar.config.Settings;
import dev.nightjar.config.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How bounds, and what stands beside them, are written in {@code nightjar.yaml}. */
class BoundsSettingsTest {
  @TempDir Path folder;

  private BoundSettings bounds(String yaml) throws IOException {
    return settings(yaml).bounds();
  }

  private Settings settings(String yaml) throws IOException {
    var command = new ServeCommand(Map.of("NIGHTJAR_UPSTREAM", "http://127.0.0.1:1"), _ -> 0);
    command.config = Files.writeString(folder.resolve("nightjar.yaml"), yaml);
    return command.settings();
  }

  @Test
  void storageOfAProjectIsBoundedOnlyIfItIsSaid() throws IOException {
    assertThat(settings("port: 1").storage().bytesMax()).isNull();
    assertThat(settings("storage_bytes_max: 2GiB").storage().bytesMax()).isEqualTo(2L << 30);
  }

  @Test
  void tlsNeedsACertificateAndItsKey() throws IOException {
    assertThat(settings("port: 1").listener().tls()).isNull();
    assertThat(settings("{tls_cert: a.pem, tls_key: b.pem}").listener().tls())
        .isEqualTo(new TlsSettings(Path.of("a.pem"), Path.of("b.pem")));
    assertThatThrownBy(() -> settings("tls_cert: a.pem"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("--tls-cert FILE and --tls-key FILE");
    assertThatThrownBy(() -> settings("tls_key: b.pem")).isInstanceOf(SettingsException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1/rerank", "rerank", "https://host/v1/rerank", "'/v1/re rank'", "''"})
  @Tag("H1")
  void endpointIsAPath(String endpoint) throws IOException {
    assertThat(settings("endpoints: [/v1/rerank, /score]").input().endpoints())
        .containsExactly("/v1/rerank", "/score");
    assertThatThrownBy(() -> settings("endpoints: [/v1/rerank, %s]".formatted(endpoint)))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "endpoints has '%s'; an endpoint is a path, such as /v1/chat/completions"
                .formatted(endpoint.replace("'", "")));
  }

  @Test
  void nothingSetLeavesTheDefaults() throws IOException {
    assertThat(bounds("port: 1")).isEqualTo(BoundSettings.DEFAULT);
  }

  @Test
  void everyBoundCanBeSet() throws IOException {
    assertThat(
            bounds(
                """
                disk_free_min: 5%
                request_bytes_max: 64MiB
                unappended_bytes_max: 512KiB
                unsealed_bytes_max: 10GiB
                validation_bytes_max: 1000
                open_chunks_max: 7
                """))
        .isEqualTo(
            new BoundSettings(new DiskFreeMin(5, 0), 64L << 20, 512L << 10, 10L << 30, 1_000L, 7));
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0", "3%, 3, 0", "10GiB, 0, 10737418240", "4096, 0, 4096"})
  void freeSpaceIsAPartOfTheDiskOrBytes(String text, int percent, long bytes) throws IOException {
    assertThat(bounds("disk_free_min: " + text).diskFreeMin())
        .isEqualTo(new DiskFreeMin(percent, bytes));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "disk_free_min: much",
        "disk_free_min: 200%",
        "request_bytes_max: 1GB",
        "unsealed_bytes_max: -1",
        "validation_bytes_max: 99999999TiB",
        "storage_bytes_max: all",
        "open_chunks_max: 0"
      })
  void wrongBoundIsNamedWithWhatWouldBeRight(String yaml) {
    String name = yaml.substring(0, yaml.indexOf(':'));

    assertThatThrownBy(() -> bounds(yaml))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith(name + " is ")
        .hasMessageMatching(".*(such as|at least).*");
  }
}
