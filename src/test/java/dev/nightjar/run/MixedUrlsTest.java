package dev.nightjar.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.Ran;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of {@code run}, as one of vLLM's {@code run-batch}, may ask for several things. */
@Tag("server")
@Tag("H1")
class MixedUrlsTest {
  private static final String CHAT =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
  private static final String LONG =
      CHAT.replace("Hi", "x".repeat(200_000)); // Which is not read whole.

  @TempDir Path folder;

  private Ran run(String... lines) throws IOException {
    Path input = Files.write(folder.resolve("in.jsonl"), List.of(lines));
    try (SimServer sim = SimServer.start(ServerFixture.sim())) {
      return Ran.localRun(input, folder.resolve("out.jsonl"), ServerFixture.upstream(sim.url(), 4));
    }
  }

  private static String line(String id, String url, String body) {
    return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}"
        .formatted(id, url, body);
  }

  @Test
  void everyLineGoesToItsOwnUrl() throws IOException {
    Ran ran =
        run(
            line("a", "/v1/chat/completions", CHAT),
            line("b", "/v1/embeddings", "{\"model\":\"e\",\"input\":\"Hi\"}"),
            line("c", "/v1/completions", "{\"model\":\"m\",\"prompt\":\"Hi\"}"),
            "{\"body\":%s,\"method\":\"POST\",\"custom_id\":\"d\",\"url\":\"/v1/chat/completions\"}"
                .formatted(LONG),
            line("e", "/v1/moderations", "{\"input\":\"Hi\"}"));

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(Files.readAllLines(folder.resolve("out.jsonl")))
        .extracting(answer -> Json.read(answer).at("/response/body/object").asString("none"))
        .containsExactly("chat.completion", "list", "text_completion", "chat.completion", "none");
  }

  @Test
  void everyLineIsJudgedByItsOwnUrl() throws IOException {
    Ran ran =
        run(
            line("a", "/v1/embeddings", "{\"model\":\"e\",\"input\":\"Hi\"}"),
            line("b", "/v1/chat/completions", "{\"model\":\"m\",\"input\":\"Hi\"}"),
            line("c", "v1/embeddings", "{\"model\":\"e\",\"input\":\"Hi\"}"),
            "{\"custom_id\":\"d\",\"method\":\"POST\",\"body\":%s}".formatted(CHAT));

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err().lines())
        .satisfiesExactly(
            second -> assertThat(second).endsWith(" line 2: Messages parameter is required."),
            third ->
                assertThat(third)
                    .contains(" line 3: ", "The line has 'v1/embeddings', and the endpoint is"),
            fourth -> assertThat(fourth).endsWith(" line 4: Missing required parameter: 'url'."));
  }
}
