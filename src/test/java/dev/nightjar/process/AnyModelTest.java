package dev.nightjar.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine that lists the file that it has loaded, and answers whatever name it is called by. */
@Tag("server")
@Tag("F2")
class AnyModelTest {
  private static final String LISTED = "{\"data\":[{\"id\":\"/models/loaded.gguf\"}]}";
  private static final String ANSWER = "{\"choices\":[],\"model\":\"loaded\"}";
  private static final int LINES = 20;

  @TempDir Path folder;
  private Path input;
  private Path output;

  @BeforeEach
  void writeInput() throws IOException {
    input = ServerFixture.chatLines(folder.resolve("in.jsonl"), LINES, _ -> "");
    output = folder.resolve("out.jsonl");
  }

  private static ScriptedServer engine() throws IOException {
    return ScriptedServer.playing(peer -> {
      while (true) {
        boolean isList = peer.readRequest().head().startsWith("GET");
        String body = isList ? LISTED : ANSWER;
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
      }
    });
  }

  @Test
  void runAsksForANameThatIsNotListedIfItIsTold() throws Exception {
    try (ScriptedServer engine = engine()) {
      String url = engine.url("http", "/v1").toString();
      String[] run = {"run", input.toString(), "-o", output.toString(), "--upstream", url};
      try (var refused = NightjarProcess.start(folder, run)) {
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.stderr()).contains("no upstream has it", "--any-model");
      }

      String[] told = Arrays.copyOf(run, run.length + 1);
      told[run.length] = "--any-model";
      try (var ran = NightjarProcess.start(folder, told)) {
        assertThat(ran.exitCode()).as(ran.stderr()).isZero();
      }

      assertThat(Files.readAllLines(output)).hasSize(LINES);
      assertThat(engine.received())
          .filteredOn(request -> request.head().startsWith("POST"))
          .hasSize(LINES)
          .allMatch(request -> request.body().contains("\"gpt-5\""));
    }
  }
}
