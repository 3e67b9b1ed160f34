package dev.nightjar.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The script {@code nightjar}, with a Maven that notes its runs and a Java that tells its locale.
 */
@Tag("G1")
class LauncherTest {
  @TempDir Path folder;

  @BeforeEach
  void lay() throws IOException {
    Files.copy(Path.of("nightjar"), folder.resolve("nightjar"));
    Files.createDirectories(folder.resolve("src/main"));
    Files.writeString(folder.resolve("pom.xml"), "");
    Files.createDirectories(folder.resolve(".mvn"));
    Files.writeString(
        folder.resolve(".mvn/jdk25.sh"),
        """
        find_jdk25() { export JAVA_HOME=$home/jdk; }
        maven() {
          local argument
          for argument; do
            case $argument in -Dnightjar.target=*) touch "${argument#*=}/nightjar.jar" ;; esac
          done
          echo built >> builds
        }
        """);
    Path java = folder.resolve("jdk/bin/java");
    Files.createDirectories(folder.resolve("jdk/bin"));
    Files.writeString(java, "#!/bin/sh\necho \"${LC_ALL:-none}\"\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
  }

  /** What Java says. */
  private String launch(String variable, String locale) throws Exception {
    var builder = new ProcessBuilder("bash", folder.resolve("nightjar").toString());
    builder.environment().keySet().removeIf(name -> name.equals("LANG") || name.startsWith("LC_"));
    builder.environment().put(variable, locale);
    Path said = folder.resolve("said");
    Process process =
        builder.redirectOutput(said.toFile()).redirectError(folder.resolve("log").toFile()).start();
    assertThat(process.waitFor()).as(Files.readString(folder.resolve("log"))).isZero();
    return Files.readString(said, StandardCharsets.UTF_8).strip();
  }

  private int builds() throws IOException {
    return Files.readAllLines(folder.resolve("builds")).size();
  }

  @Test
  void programIsBuiltOnceAndAgainWhenItsSourcesAreNewer() throws Exception {
    launch("LANG", "C");
    launch("LANG", "C");
    assertThat(builds()).isEqualTo(1);

    FileTime past = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
    Files.setLastModifiedTime(folder.resolve("target/nightjar.jar"), past);
    launch("LANG", "C");
    launch("LANG", "C");

    assertThat(builds()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "LANG, C, C.UTF-8",
    "LC_ALL, POSIX, C.UTF-8",
    "OTHER, x, C.UTF-8",
    "LANG, C.UTF-8, none",
    "LC_ALL, C.UTF-8, C.UTF-8",
  })
  void namesWithOtherLettersAreFoundInTheLocaleOfCronAndContainers(
      String variable, String locale, String seen) throws Exception {
    assertThat(launch(variable, locale)).isEqualTo(seen);
  }
}
