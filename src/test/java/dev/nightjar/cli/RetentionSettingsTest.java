package dev.nightjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.config.SettingsException;
import dev.nightjar.file.DefaultLife;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the life of files is written in {@code nightjar.yaml}. */
class RetentionSettingsTest {
  @TempDir Path folder;

  private DefaultLife life(String yaml) throws IOException {
    var command = new ServeCommand(Map.of("NIGHTJAR_UPSTREAM", "http://127.0.0.1:1"), _ -> 0);
    command.config = Files.writeString(folder.resolve("nightjar.yaml"), yaml);
    return command.settings().storage().life();
  }

  @Test
  void filesOfBatchesLiveThirtyDaysAndOthersForEver() throws IOException {
    DefaultLife life = life("port: 1");

    assertThat(life.of("batch")).isEqualTo(Duration.ofDays(30));
    assertThat(life.of("batch_output")).isEqualTo(Duration.ofDays(30));
    assertThat(life.of("user_data")).isNull();
  }

  @Test
  void eachPurposeCanHaveALifeOfItsOwn() throws IOException {
    DefaultLife life = life("retention: {batch: 12h, batch_output: forever, vision: 365d}");

    assertThat(life.of("batch")).isEqualTo(Duration.ofHours(12));
    assertThat(life.of("batch_output")).isNull();
    assertThat(life.of("vision")).isEqualTo(Duration.ofDays(365));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          retention: {outputs: 1d}   | retention.outputs is unknown; purposes are: assistants, batch
          retention: {batch: never}  | retention.batch is 'never'; write a duration such as 12h or 90d, or forever
          retention: {batch: }       | retention.batch is ''; write a duration
          retention: {batch: 59m}    | retention.batch is '59m'; it must be 1h or more
          """)
  void mistakesAreNamed(String yaml, String message) {
    assertThatThrownBy(() -> life(yaml))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(message);
  }
}
