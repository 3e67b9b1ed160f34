package dev.nightjar.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.Ran;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that has finished is asked for again; and one whose files are streams. */
@Tag("server")
@Tag("G1")
class RunAgainTest {
  private static final int LINES = 20;

  @TempDir Path folder;
  private Path input;
  private Path output;

  @BeforeEach
  void writeInput() throws IOException {
    output = folder.resolve("out.jsonl");
    input = folder.resolve("in.jsonl");
    ServerFixture.chatLines(input, LINES, i -> i % 10 == 3 ? ",\"user\":\"sim:400\"" : "");
  }

  private Ran run(@Nullable Path only, Path to) throws IOException {
    try (SimServer sim = SimServer.start(ServerFixture.sim())) {
      return Ran.localRun(input, to, only, ServerFixture.upstream(sim.url(), 8));
    }
  }

  @Test
  void runWithFailedLinesSaysSoAgainAndHowToRepeatThem() throws Exception {
    for (int i = 0; i < 2; i++) {
      Ran ended = run(null, output);
      assertThat(ended.code()).as(ended.err()).isEqualTo(2);
      assertThat(ended.err())
          .contains("2 of 20 lines failed", "2 × 400", "first: row-3", "--only")
          .doesNotContain("complete");
    }
    Path errors = folder.resolve("out.errors.jsonl");
    Path again = folder.resolve("again.jsonl");

    Files.writeString(input, Files.readString(input).replace("sim:400", "anyone"));
    Ran repeated = run(errors, again);

    assertThat(repeated.code()).as(repeated.err()).isZero();
    assertThat(ServerFixture.customIds(Files.readAllLines(again).stream()))
        .containsExactly("row-3", "row-13");
    assertThat(run(errors, again).err()).contains("complete already");
  }

  @Test
  void outputOfAnotherInputIsRefusedWithTheWayOut() throws Exception {
    ServerFixture.chatLines(input, LINES, _ -> "");
    assertThat(run(null, output).code()).isZero();
    assertThat(run(null, output).err()).contains("complete already");

    Files.writeString(input, Files.readString(input).replaceFirst("content\":\"", "content\":\"x"));
    for (Path taken : List.of(output, input)) {
      assertThatThrownBy(() -> run(null, taken))
          .hasMessageContaining("is not known to be of")
          .hasMessageContaining("name another with -o");
    }

    assertThat(Files.readAllLines(input)).hasSize(LINES);
  }

  @Test
  void streamsAreReadAndWritten() throws Exception {
    Process process = shell("cat '%s' | %s run --sim - -o - | cat".formatted(input, program()));

    assertThat(process.inputReader().lines().toList()).hasSize(LINES - 2);
    assertThat(process.waitFor()).isZero();
    assertThat(Files.readAllLines(folder.resolve("run.errors.jsonl"))).hasSize(2);
    assertThat(folder.resolve("-")).doesNotExist();
    try (var left = Files.list(folder)) {
      assertThat(left).noneMatch(path -> path.toString().contains("nightjar"));
    }
  }

  @Test
  void outputOfAStreamBelongsToWhatItBrought() throws Exception {
    String command = "%s run --sim <(cat '%s') -o '%s'".formatted(program(), input, output);
    assertThat(shell(command).waitFor()).isEqualTo(2);
    assertThat(shell(command).waitFor()).isEqualTo(2);
    Files.writeString(input, "");
    assertThat(shell(command).waitFor()).isEqualTo(1);
  }

  @Test
  void pipeThatNobodyFillsOrEmptiesIsLeftAtSigterm() throws Exception {
    ServerFixture.chatLines(input, 1, _ -> ",\"user\":\"" + "u".repeat(1 << 20) + "\"");
    for (String[] files :
        new String[][] {{"pipe", output.toString()}, {input.toString(), "pipe"}}) {
      shell("rm -f pipe; mkfifo pipe").waitFor();
      Process process =
          shell("exec %s run --sim '%s' -o '%s'".formatted(program(), files[0], files[1]));
      ServerFixture.awaitThat(this::hasBegun);
      assertThat(process.waitFor(2, TimeUnit.SECONDS)).isFalse();
      process.destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(130);
    }
  }

  @Test
  void directoriesAreRefusedInASentence() {
    assertThatThrownBy(() -> run(null, folder)).hasMessageContaining("is a directory");
    input = folder;
    assertThatThrownBy(() -> run(null, output)).hasMessageContaining("is a directory");
  }

  private static String program() {
    return "'%s' --enable-native-access=ALL-UNNAMED -cp '%s' dev.nightjar.Main"
        .formatted(
            Path.of(System.getProperty("java.home"), "bin", "java"),
            System.getProperty("java.class.path"));
  }

  private Process shell(String command) throws IOException {
    return new ProcessBuilder("bash", "-c", command)
        .directory(folder.toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private boolean hasBegun() {
    try {
      return Files.readString(folder.resolve("err")).contains("--sim: the answers are simulated");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
