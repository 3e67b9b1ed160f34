package dev.nightjar.store.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.store.local.DataDirectory.DataDirectoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataDirectoryTest {
  @TempDir Path scratch;
  private Path root;

  @BeforeEach
  void chooseRoot() {
    root = scratch.resolve("deep").resolve("data");
  }

  @Test
  void newDirectoryGetsItsFormatAndPaths() throws IOException {
    try (var data = DataDirectory.open(root)) {
      assertThat(root.resolve("format")).hasContent("3");
      assertThat(root.resolve("lock")).hasContent(Long.toString(ProcessHandle.current().pid()));
      assertThat(data.database()).isEqualTo(root.resolve("meta.db"));
      assertThat(data.journal()).isEqualTo(root.resolve("journal"));
      assertThat(data.objects()).isEqualTo(root.resolve("objects"));
    }
  }

  @Test
  void directoryIsFreeAgainOnceClosed() {
    DataDirectory.open(root).close();

    DataDirectory.open(root).close();
  }

  @Test
  void secondUseInThisProcessIsRefusedAndTheLockStays() throws Exception {
    try (var _ = DataDirectory.open(root)) {
      assertThatThrownBy(() -> DataDirectory.open(root.resolve("..").resolve("data")))
          .isInstanceOf(DataDirectoryException.class)
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid());

      assertThat(openElsewhere()).startsWith("refused: ");
    }
  }

  @Test
  void otherProcessIsNamed() throws Exception {
    try (var _ = DataDirectory.open(root)) {
      assertThat(openElsewhere())
          .isEqualTo(
              "refused: data directory %s is in use by process %d; stop it or choose another one"
                  .formatted(root, ProcessHandle.current().pid()));
    }
    assertThat(openElsewhere()).isEqualTo("opened");
  }

  private String openElsewhere() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OtherProcess.class.getName(),
                root.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var output = process.inputReader()) {
      String said = output.readLine();
      process.waitFor();
      return said == null ? "nothing" : said;
    }
  }

  /** Tries to open the directory and says how that went. */
  static final class OtherProcess {
    private OtherProcess() {}

    public static void main(String[] arguments) {
      try (var _ = DataDirectory.open(Path.of(arguments[0]))) {
        System.out.println("opened");
      } catch (DataDirectoryException e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"4", "1.5", ""})
  void otherFormatIsRefusedAndTheDirectoryLetGo(String format) throws IOException {
    DataDirectory.open(root).close();
    Files.writeString(root.resolve("format"), format);

    assertThatThrownBy(() -> DataDirectory.open(root))
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("has format " + format)
        .hasMessageContaining("knows format 3");

    Files.writeString(root.resolve("format"), "3");
    DataDirectory.open(root).close();
  }

  @Test
  void directoryOfAnOlderProgramIsTakenOverAtTheStartAndNotByALook() throws IOException {
    DataDirectory.open(root).close();
    Files.writeString(root.resolve("format"), "1");

    assertThat(DataDirectory.look(root).objects()).isEqualTo(root.resolve("objects"));
    assertThat(DataDirectory.isOlder(root)).isTrue();
    assertThat(root.resolve("format")).hasContent("1");

    DataDirectory.open(root).close();
    assertThat(root.resolve("format")).hasContent("3");
    assertThat(DataDirectory.isOlder(root)).isFalse();
  }

  @Test
  void fileIsNoDataDirectory() throws IOException {
    Path file = Files.createFile(scratch.resolve("file"));

    assertThatThrownBy(() -> DataDirectory.open(file))
        .isInstanceOf(DataDirectoryException.class)
        .hasMessage(
            "data directory %1$s cannot be used: %1$s is a file, not a directory".formatted(file));
    assertThatThrownBy(() -> DataDirectory.open(file.resolve("below")))
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("data directory %s cannot be used: ".formatted(file.resolve("below")))
        .hasMessageContaining("%s is a file".formatted(file));
  }
}
