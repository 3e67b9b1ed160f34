package dev.nightjar.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.moderations.ModerationCreateParams;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.ResponseCreateParams;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** OpenAI's own client, with validation on, takes every answer. */
@Tag("server")
class SdkParsesAnswersTest {
  private final SimServer server =
      SimServer.start(SimOptions.defaults().withModels(Set.of("small", "large")));
  private OpenAIClient client;

  @BeforeEach
  void connect() {
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl("http://127.0.0.1:" + server.port() + "/v1")
            .apiKey("any")
            .responseValidation(true)
            .build();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void chatSaysThatItIsSimulated() {
    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(
                ChatCompletionCreateParams.builder()
                    .model("small")
                    .addSystemMessage("Be brief.")
                    .addUserMessage("What is the capital of France?")
                    .n(2)
                    .build());

    assertThat(answer.choices()).hasSize(2);
    assertThat(answer.choices().getFirst().message().content())
        .hasValue("Simulated answer to: What is the capital of France?");
    assertThat(answer.usage().orElseThrow().totalTokens()).isPositive();
    assertThat(answer.usage().orElseThrow().promptTokensDetails()).isPresent();
  }

  @Test
  void chatCallsTheFunctionThatIsGiven() {
    var parameters =
        FunctionParameters.builder()
            .putAdditionalProperty("type", JsonValue.from("object"))
            .putAdditionalProperty(
                "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
            .build();
    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(
                ChatCompletionCreateParams.builder()
                    .model("small")
                    .addUserMessage("What is the weather in Paris?")
                    .addFunctionTool(
                        FunctionDefinition.builder().name("weather").parameters(parameters).build())
                    .build());

    var call =
        answer.choices().getFirst().message().toolCalls().orElseThrow().getFirst().asFunction();
    assertThat(call.function().name()).isEqualTo("weather");
    assertThat(call.function().arguments()).isEqualTo("{\"city\":\"simulated city\"}");
  }

  @Test
  void responseSaysThatItIsSimulated() {
    var answer =
        client
            .responses()
            .create(
                ResponseCreateParams.builder()
                    .model("small")
                    .instructions("Be brief.")
                    .input("What is the capital of France?")
                    .build());

    var text = answer.output().getFirst().asMessage().content().getFirst().asOutputText().text();
    assertThat(text).isEqualTo("Simulated answer to: What is the capital of France?");
    assertThat(answer.usage().orElseThrow().outputTokens()).isPositive();
  }

  @Test
  void responseCallsTheFunctionThatIsGiven() {
    var parameters =
        FunctionTool.Parameters.builder()
            .putAdditionalProperty("type", JsonValue.from("object"))
            .putAdditionalProperty(
                "properties", JsonValue.from(Map.of("days", Map.of("type", "integer"))))
            .build();
    var answer =
        client
            .responses()
            .create(
                ResponseCreateParams.builder()
                    .model("small")
                    .input("What will the weather be?")
                    .addTool(
                        FunctionTool.builder()
                            .name("forecast")
                            .parameters(parameters)
                            .strict(true)
                            .build())
                    .build());

    var call = answer.output().getFirst().asFunctionCall();
    assertThat(call.name()).isEqualTo("forecast");
    assertThat(call.arguments()).isEqualTo("{\"days\":1}");
    assertThat(answer.tools()).hasSize(1);
  }

  @Test
  void completionAnswersEachPrompt() {
    var answer =
        client
            .completions()
            .create(
                CompletionCreateParams.builder()
                    .model("small")
                    .promptOfArrayOfStrings(List.of("Once upon", "a time"))
                    .build());

    assertThat(answer.choices())
        .extracting(choice -> choice.text())
        .containsExactly("Simulated answer to: Once upon", "Simulated answer to: a time");
  }

  @Test
  void embeddingsAreUnitVectorsThatDependOnTheTextOnly() {
    CreateEmbeddingResponse first = embed(List.of("cat", "dog"));
    CreateEmbeddingResponse second = embed(List.of("dog"));

    List<Float> dog = second.data().getFirst().embedding();
    assertThat(dog).hasSize(1536).isEqualTo(first.data().get(1).embedding());
    assertThat(dog.stream().mapToDouble(each -> (double) each * each).sum())
        .isBetween(0.999, 1.001);
    assertThat(first.data().getFirst().embedding()).isNotEqualTo(dog);
  }

  @Test
  void moderationFlagsWhatIsNamed() {
    var answer =
        client
            .moderations()
            .create(
                ModerationCreateParams.builder()
                    .inputOfStrings(List.of("peace", "violence"))
                    .build());

    assertThat(answer.results())
        .extracting(result -> result.flagged())
        .containsExactly(false, true);
  }

  @Test
  void modelsAreListed() {
    assertThat(client.models().list().data())
        .extracting(model -> model.id())
        .containsExactly("large", "small");
    assertThat(client.models().retrieve("small").validate().id()).isEqualTo("small");
  }

  /** The client asks for base64 unless told otherwise. */
  private CreateEmbeddingResponse embed(List<String> texts) {
    return client
        .embeddings()
        .create(
            EmbeddingCreateParams.builder().model("small").inputOfArrayOfStrings(texts).build());
  }
}
