package dev.nightjar.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.PythonClient;
import dev.nightjar.testing.ServerFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The official Python clients, which check each response; {@code src/test/python} has it all. */
@Tag("full")
class OpenAiPythonTest {
  private static final int MINUTES_MAX = 5;

  @TempDir Path folder;

  static List<PythonClient> clients() {
    return PythonClient.all();
  }

  @ParameterizedTest
  @MethodSource("clients")
  void pythonClientWorksUnchanged(PythonClient client) throws Exception {
    Path output = folder.resolve("python.out");
    try (var fixture = ServerFixture.start(folder.resolve("data"), ServerFixture.sim())) {
      var builder = new ProcessBuilder(client.python(), PythonClient.program("client_test.py"));
      builder
          .environment()
          .put("OPENAI_BASE_URL", "http://127.0.0.1:" + fixture.server.port() + "/v1");
      Process python = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
      boolean hasEnded = python.waitFor(MINUTES_MAX, TimeUnit.MINUTES);
      python.destroyForcibly();

      assertThat(hasEnded).as(Files.readString(output)).isTrue();
      assertThat(python.exitValue()).as(Files.readString(output)).isZero();
    }
  }
}
