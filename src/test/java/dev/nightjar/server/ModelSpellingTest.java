package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.ServerFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An upstream that refuses each name but those that it lists gets those, whatever lines say. */
@Tag("server")
@Tag("F2")
class ModelSpellingTest {
  private static final int LINES = 20;

  /** Beyond this a line's body is streamed. */
  private static final int LONG = 70_000;

  @TempDir Path folder;

  @Test
  void modelIsFoundByItsOtherNames() throws Exception {
    Map<String, String> listed =
        Map.of(
            "llama3.2", "llama3.2:latest",
            "mistral:latest", "mistral",
            "gemini-2.0-flash", "models/gemini-2.0-flash",
            "models/gemini-2.5-pro", "gemini-2.5-pro",
            "meta-llama/llama-3.1-8b-instruct", "meta-llama/Llama-3.1-8B-Instruct",
            "Qwen2.5-7B-Instruct", "qwen2.5-7b-instruct",
            "hf.co/bartowski/phi-4-gguf", "hf.co/bartowski/Phi-4-GGUF:latest",
            "gpt-5", "gpt-5",
            "Models/Text-Embedding-004", "models/text-embedding-004");
    SimServer sim = SimServer.start(ServerFixture.sim().withModels(Set.copyOf(listed.values())));
    try (var fixture =
        ServerFixture.start(sim, ServerFixture.settings(folder.resolve("data"), sim.url(), 8))) {
      var batches = new LinkedHashMap<String, String>();
      for (String asked : listed.keySet()) {
        Path input = folder.resolve("in.jsonl");
        ServerFixture.chatLines(
            input, LINES, i -> i == 0 ? ",\"user\":\"" + "u".repeat(LONG) + "\"" : "");
        String lines = Files.readString(input);
        Files.writeString(input, lines.replace("\"gpt-5\"", "\"" + asked + "\""));
        batches.put(asked, fixture.create("/v1/chat/completions", input).id());
      }

      batches.forEach((asked, id) -> {
        Batch batch = fixture.await(id);
        assertThat(batch.requestCounts().orElseThrow().completed()).as(asked).isEqualTo(LINES);
        assertThat(batch.model()).as("as it was asked for").contains(asked);
      });

      assertThat(sim.counters().received()).isEqualTo((long) LINES * listed.size());
    }
  }
}
