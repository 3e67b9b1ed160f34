package dev.nightjar.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official npm client; what it does is in {@code src/test/node}. */
@Tag("full")
class OpenAiNodeTest {
  private static final Path CLIENT = Path.of("src/test/node");

  @TempDir Path folder;

  @Test
  void npmClientWorksUnchanged() throws Exception {
    assertThat(CLIENT.resolve("node_modules/openai"))
        .as("the client; .ci/run installs it, or: cd %s && npm ci", CLIENT)
        .exists();
    try (var fixture = ServerFixture.start(folder.resolve("data"), ServerFixture.sim())) {
      Path output = folder.resolve("node.out");

      int exitCode = run(fixture.server.port(), output);

      assertThat(exitCode).as(Files.readString(output)).isZero();
    }
  }

  private static int run(int port, Path output) throws IOException, InterruptedException {
    var builder = new ProcessBuilder("node", "--test", "client.test.mjs");
    builder.environment().put("OPENAI_BASE_URL", "http://127.0.0.1:" + port + "/v1");
    Process node =
        builder
            .directory(CLIENT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!node.waitFor(2, TimeUnit.MINUTES)) {
      node.destroyForcibly();
      throw new AssertionError("the client does not end: " + Files.readString(output));
    }
    return node.exitValue();
  }
}
