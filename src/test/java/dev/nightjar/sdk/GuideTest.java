package dev.nightjar.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.core.ObjectMappers;
import com.openai.models.batches.Batch;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.moderations.ModerationCreateResponse;
import com.openai.models.responses.Response;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The flows of OpenAI's Batch guide, through its official Java client with response validation. */
@Tag("server")
class GuideTest {
  @TempDir Path folder;

  @Test
  void quickStartGivesEveryAnswerInInputOrder() throws IOException {
    try (var fixture = start()) {
      Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 3, _ -> "");

      Batch batch = fixture.await(fixture.create("/v1/chat/completions", input).id());

      assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
      assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(3);
      assertThat(batch.errorFileId()).isEmpty();
      List<String> lines = fixture.lines(batch.outputFileId().orElseThrow());
      assertThat(ServerFixture.customIds(lines.stream()))
          .containsExactly("row-0", "row-1", "row-2");
      for (String line : lines) {
        JsonNode response = Json.read(line).path("response");
        assertThat(response.path("status_code").asInt()).isEqualTo(200);
        ChatCompletion chat = parse(response.path("body"), ChatCompletion.class).validate();
        assertThat(chat.choices().getFirst().message().content().orElseThrow())
            .startsWith("Simulated answer to: Question");
      }
    }
  }

  @Test
  void costTrackingAddsUpToTheBatchsUsage() throws IOException {
    try (var fixture = start()) {
      Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 200, _ -> "");

      Batch batch = fixture.await(fixture.create("/v1/chat/completions", input).id());

      long inputTokens = 0;
      long outputTokens = 0;
      for (String line : fixture.lines(batch.outputFileId().orElseThrow())) {
        JsonNode usage = Json.read(line).path("response").path("body").path("usage");
        inputTokens += usage.path("prompt_tokens").asLong();
        outputTokens += usage.path("completion_tokens").asLong();
      }
      assertThat(inputTokens).isPositive();
      assertThat(batch.usage().orElseThrow().inputTokens()).isEqualTo(inputTokens);
      assertThat(batch.usage().orElseThrow().outputTokens()).isEqualTo(outputTokens);
      assertThat(batch.usage().orElseThrow().totalTokens()).isEqualTo(inputTokens + outputTokens);
    }
  }

  @Test
  void functionCallingPassesThroughUntouched() throws IOException {
    try (var fixture = start()) {
      String tools =
          """
          ,"tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object",\
          "properties":{"city":{"type":"string"},"unit":{"type":"string","enum":["c","f"]}},\
          "required":["city"]}}}]\
          """;
      Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 2, _ -> tools);

      Batch batch = fixture.await(fixture.create("/v1/chat/completions", input).id());

      for (JsonNode body : bodies(fixture, batch)) {
        ChatCompletion chat = parse(body, ChatCompletion.class).validate();
        var call = chat.choices().getFirst().message().toolCalls().orElseThrow().getFirst();
        assertThat(call.asFunction().function().name()).isEqualTo("get_weather");
        JsonNode arguments = Json.read(call.asFunction().function().arguments());
        assertThat(arguments.path("city").isString()).isTrue();
        assertThat(arguments.path("unit").asString()).isEqualTo("c");
      }
    }
  }

  @Test
  void structuredOutputPassesThroughUntouched() throws IOException {
    try (var fixture = start()) {
      String format =
          """
          ,"response_format":{"type":"json_schema","json_schema":{"name":"event","strict":true,\
          "schema":{"type":"object","properties":{"name":{"type":"string"},"year":{"type":"integer"},\
          "people":{"type":"array","items":{"type":"string"}}},"required":["name","year","people"],\
          "additionalProperties":false}}}\
          """;
      Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 2, _ -> format);

      Batch batch = fixture.await(fixture.create("/v1/chat/completions", input).id());

      for (JsonNode body : bodies(fixture, batch)) {
        ChatCompletion chat = parse(body, ChatCompletion.class).validate();
        JsonNode event = Json.read(chat.choices().getFirst().message().content().orElseThrow());
        assertThat(event.path("name").isString()).isTrue();
        assertThat(event.path("year").isInt()).isTrue();
        assertThat(event.path("people").isArray()).isTrue();
      }
    }
  }

  @Test
  void otherEndpointsDifferOnlyInTheirPath() throws IOException {
    try (var fixture = start()) {
      JsonNode embeddings =
          one(
              fixture,
              "/v1/embeddings",
              "{\"model\":\"text-embedding-3-small\",\"input\":\"a\",\"dimensions\":8}");
      JsonNode moderation =
          one(fixture, "/v1/moderations", "{\"model\":\"omni-moderation-latest\",\"input\":\"a\"}");
      JsonNode completion =
          one(
              fixture,
              "/v1/completions",
              "{\"model\":\"gpt-3.5-turbo-instruct\",\"prompt\":\"a\"}");
      JsonNode response = one(fixture, "/v1/responses", "{\"model\":\"gpt-5\",\"input\":\"a\"}");

      assertThat(
              parse(embeddings, CreateEmbeddingResponse.class)
                  .validate()
                  .data()
                  .getFirst()
                  .embedding())
          .hasSize(8);
      assertThat(
              parse(moderation, ModerationCreateResponse.class)
                  .validate()
                  .results()
                  .getFirst()
                  .flagged())
          .isFalse();
      assertThat(completion.path("choices").path(0).path("text").asString()).contains("Simulated");
      assertThat(parse(response, Response.class).validate().output()).hasSize(1);
    }
  }

  private ServerFixture start() {
    return ServerFixture.start(folder.resolve("data"), SimOptions.defaults());
  }

  private JsonNode one(ServerFixture fixture, String endpoint, String body) throws IOException {
    Path input = folder.resolve("one.jsonl");
    Files.writeString(
        input,
        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}\n"
            .formatted(endpoint, body));
    Batch batch = fixture.await(fixture.create(endpoint, input).id());
    assertThat(batch.status()).as(endpoint).isEqualTo(Batch.Status.COMPLETED);
    return bodies(fixture, batch).getFirst();
  }

  private static List<JsonNode> bodies(ServerFixture fixture, Batch batch) {
    var bodies = new ArrayList<JsonNode>();
    for (String line : fixture.lines(batch.outputFileId().orElseThrow())) {
      bodies.add(Json.read(line).path("response").path("body"));
    }
    assertThat(bodies).isNotEmpty();
    return bodies;
  }

  private static <T> T parse(JsonNode json, Class<T> type) throws IOException {
    return ObjectMappers.jsonMapper().readValue(json.toString(), type);
  }
}
