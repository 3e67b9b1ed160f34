package dev.nightjar.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.nightjar.batch.BatchError;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineRulesTest extends ValidatorFixture {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "null",
      value = {
        "`{\"custom_id\":`|invalid_json_line|null",
        "`[]`|invalid_json_line|null",
        "`\ufeff{}`|invalid_json_line|null",
        "`{\"method\":\"POST\",\"url\":\"$\",\"body\":@}`|missing_required_parameter|custom_id",
        "`{\"custom_id\":\"x\",\"url\":\"$\",\"body\":@}`|missing_required_parameter|method",
        "`{\"custom_id\":\"x\",\"method\":\"POST\",\"body\":@}`|missing_required_parameter|url",
        "`{\"custom_id\":\"x\",\"method\":\"POST\",\"url\":\"$\"}`|missing_required_parameter|body",
        "`{\"custom_id\":\"x\",\"method\":\"post\",\"url\":\"$\",\"body\":@}`|invalid_method|method",
        "`{\"custom_id\":\"x\",\"method\":\"POST\",\"url\":\"$/\",\"body\":@}`|invalid_url|url",
        "`{\"custom_id\":7,\"method\":\"POST\",\"url\":\"$\",\"body\":@}`|invalid_type|custom_id",
        "`#{\"messages\":[]}}`|invalid_request|body.model",
        "`#{\"model\":null,\"messages\":[]}}`|invalid_request|body.model",
        "`#{\"model\":\"m\"}}`|invalid_request|body.messages",
        "`#{\"model\":\"m\",\"messages\":[],\"stream\":true}}`|streaming_unsupported|body.stream",
        "`#{\"model\":\"n\",\"messages\":[]}}`|mismatched_model|body.model",
        "`#{\"model\":\"m\",\"messages\":[],\"model\":\"m\"}}`|duplicate_parameter|body.model",
      })
  void badLineIsReportedWithItsCodeItsParameterAndItsLine(
      String line, String code, @Nullable String parameter) throws IOException {
    String bad =
        line.replace("#", "{\"custom_id\":\"x\",\"method\":\"POST\",\"url\":\"$\",\"body\":")
            .replace("@", "{\"model\":\"m\",\"messages\":[]}")
            .replace("$", CHAT);

    assertErrors(chat(1) + "\n\n" + bad + "\n" + chat(2))
        .containsExactly(tuple(code, parameter, 3L));
  }

  @Test
  void messagesAreThoseThatOpenAiGives() throws IOException {
    String bad = "{\"body\":{\"stream\":true},\"url\":\"/v1/embeddings\"}";

    assertThat(invalid(bad))
        .extracting(BatchError::message)
        .containsExactly(
            "Missing required parameter: 'custom_id'.",
            "Missing required parameter: 'method'.",
            "The URL provided for this request does not match the batch endpoint. The line has"
                + " '/v1/embeddings', and the endpoint is '/v1/chat/completions'.",
            "Chat Completions: Streaming is not supported in the Batch API.",
            "Model parameter is required.",
            "Messages parameter is required.");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/embeddings, model input",
    "/v1/completions, model prompt",
    "/v1/moderations, input"
  })
  void everyEndpointRequiresItsParameters(String url, String required) throws IOException {
    endpoint = url;
    String names = "body." + required.replace(" ", " body.");

    assertThat(invalid(line("a", "{}")))
        .extracting(BatchError::param)
        .containsExactly(names.split(" "));
  }

  @Test
  void responsesRequireNothing() throws IOException {
    endpoint = "/v1/responses";

    assertThat(valid(line("a", "{}")).model()).isEmpty();
  }

  @Test
  @Tag("H1")
  void embeddingsMayBeOfMessages() throws IOException {
    endpoint = "/v1/embeddings";

    assertThat(valid(line("a", "{\"model\":\"m\",\"messages\":[]}")).lines()).isEqualTo(1);
    assertErrors(line("a", "{\"model\":\"m\"}"))
        .containsExactly(tuple("invalid_request", "body.input", 1L));
  }

  @Test
  @Tag("H1")
  void emptyCustomIdIsMissing() throws IOException {
    String empty = line("", "{\"model\":\"m\",\"messages\":[]}") + "\n";

    assertErrors(chat(1) + "\n" + empty + empty)
        .containsExactly(
            tuple("missing_required_parameter", "custom_id", 2L),
            tuple("missing_required_parameter", "custom_id", 3L));
    hashMask = 0;
    assertErrors(chat(1) + "\n" + empty + empty + chat(1))
        .containsExactly(
            tuple("missing_required_parameter", "custom_id", 2L),
            tuple("missing_required_parameter", "custom_id", 3L),
            tuple("duplicate_custom_id", "custom_id", 4L));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v1/chat/completions",
        "https://api.openai.com/v1/chat/completions",
        "//host/v1/chat/completions",
        "/v1/chat completions",
        "/v1/grün",
        "",
      })
  @Tag("H1")
  void urlThatIsNoPathIsNamedBesideTheEndpoint(String url) throws IOException {
    String bad = chat(2).replace(CHAT, url);

    assertErrors(chat(1) + "\n" + bad).containsExactly(tuple("invalid_url", "url", 2L));
    assertThat(invalid(chat(1) + "\n" + bad).getFirst().message())
        .isEqualTo(
            ("The URL provided for this request does not match the batch endpoint. The line has"
                    + " '%s', and the endpoint is '/v1/chat/completions'. A url is a path, such as"
                    + " /v1/chat/completions.")
                .formatted(url));
  }

  @Test
  void lineWithoutItsModelIsNoReasonToBlameTheOthers() throws IOException {
    String without = line("x", "{\"messages\":[]}");

    assertErrors(without + "\n" + chat(1) + "\n" + without.replace("x", "y") + "\n{}\n" + chat(2))
        .containsExactly(
            tuple("invalid_request", "body.model", 1L),
            tuple("invalid_request", "body.model", 3L),
            tuple("missing_required_parameter", "custom_id", 4L),
            tuple("missing_required_parameter", "method", 4L),
            tuple("missing_required_parameter", "url", 4L),
            tuple("missing_required_parameter", "body", 4L));
  }

  @Test
  void modelThatSomeLinesLeaveOutIsAMismatchWhereItIsOptional() throws IOException {
    endpoint = "/v1/moderations";
    String named = line("a", "{\"input\":\"i\",\"model\":\"m\"}");
    String unnamed = line("b", "{\"input\":\"i\"}");

    assertErrors(named + "\n" + unnamed)
        .containsExactly(tuple("mismatched_model", "body.model", 2L));
    assertErrors(unnamed + "\n" + named)
        .containsExactly(tuple("mismatched_model", "body.model", 2L));
  }

  @Test
  void mixedModelsAreAllowedIfTheLimitsSaySo() throws IOException {
    limits = new InputLimits(50_000, 1 << 20, true);
    String other = chat(2).replace("\"m\"", "\"n\"");

    assertThat(valid(chat(1) + "\n" + other).model()).isNull();
    assertThat(valid(chat(1) + "\n" + chat(2)).model()).isEqualTo("m");
  }
}
