package dev.nightjar.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.sim.Latency;
import dev.nightjar.testing.PythonClient;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What docs/guide.md shows is run, the blocks of a language as one program, by its official client.
 */
@Tag("full")
class GuideSnippetsTest {
  private static final Path NODE = Path.of("src/test/node/node_modules").toAbsolutePath();
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w+)\n(.*?)^```$");
  private static final Pattern METHOD = Pattern.compile("^[\\w<>]+ \\w+\\(.*\\) throws ");
  private static final int PROGRAM_MINUTES_MAX = 3;

  @TempDir Path folder;

  private List<String> blocks(String language) throws IOException {
    Matcher block = BLOCK.matcher(Files.readString(Path.of("docs/guide.md")));
    var blocks = new ArrayList<String>();
    while (block.find()) {
      if (block.group(1).equals(language)) {
        blocks.add(block.group(2));
      }
    }
    return blocks;
  }

  static List<PythonClient> pythonClients() {
    return PythonClient.all();
  }

  @ParameterizedTest
  @MethodSource("pythonClients")
  void pythonsBlocksRun(PythonClient client) throws Exception {
    Files.writeString(folder.resolve("guide.py"), String.join("\n", blocks("python")));

    assertRuns(List.of(client.python(), "guide.py"));
  }

  @Test
  void nodesBlocksRun() throws Exception {
    assertThat(NODE).as("the client; .ci/run installs it").exists();
    Files.createSymbolicLink(folder.resolve("node_modules"), NODE);
    Files.writeString(folder.resolve("guide.mjs"), String.join("\n", blocks("js")));

    assertRuns(List.of("node", "guide.mjs"));
  }

  @Test
  void javasBlocksRun() throws Exception {
    var imports = new StringBuilder();
    var methods = new StringBuilder();
    var statements = new StringBuilder();
    for (String block : blocks("java")) {
      StringBuilder where = METHOD.matcher(block).lookingAt() ? methods : statements;
      block
          .lines()
          .forEach(
              line -> (line.startsWith("import ") ? imports : where).append(line).append('\n'));
    }
    Files.writeString(
        folder.resolve("Guide.java"),
        "%s%svoid main() throws Exception {\n%s}\n".formatted(imports, methods, statements));

    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    assertRuns(List.of(java, "-cp", System.getProperty("java.class.path"), "Guide.java"));
  }

  private void assertRuns(List<String> command) throws Exception {
    Files.writeString(folder.resolve("batchinput.jsonl"), blocks("jsonl").getFirst());
    Latency latency = Latency.parse("latency", "4s");
    try (var fixture =
        ServerFixture.start(folder.resolve("data"), ServerFixture.sim().withLatency(latency))) {
      String said = said(command, fixture.server.port());

      assertThat(said.lines())
          .anyMatch(line -> line.startsWith("file-"))
          .anyMatch(line -> line.startsWith("completed "))
          .anyMatch(line -> line.startsWith("request-1 Simulated answer"))
          .anyMatch(line -> line.startsWith("request-2 Simulated answer"))
          .anyMatch(line -> line.matches("request-3 400 Invalid 'n': .*"))
          .anyMatch(line -> line.startsWith("request-1 batch_cancelled This request"))
          .anyMatch(line -> line.matches("batch_\\w+ completed"))
          .anyMatch(line -> line.matches("batch_\\w+ cancelled"));
    }
  }

  private String said(List<String> command, int port) throws IOException, InterruptedException {
    Path output = folder.resolve("said");
    var builder = new ProcessBuilder(command);
    builder.environment().put("OPENAI_BASE_URL", "http://127.0.0.1:" + port + "/v1");
    builder.environment().put("OPENAI_API_KEY", "any");
    Process program =
        builder
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean hasEnded = program.waitFor(PROGRAM_MINUTES_MAX, TimeUnit.MINUTES);
    program.destroyForcibly();
    String said = Files.readString(output);
    assertThat(hasEnded).as(said).isTrue();
    assertThat(program.exitValue()).as(said).isZero();
    return said;
  }
}
