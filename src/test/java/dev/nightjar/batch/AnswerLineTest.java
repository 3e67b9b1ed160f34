package dev.nightjar.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.file.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AnswerLineTest {
  private static final BatchId BATCH = new BatchId("batch_0123456789abcdef0123456789abcdef");
  private static final String AWKWARD = "{ \"a\" :\r\n \"\u2028\u2029\u0085é\u00c2\u20ac\" }";

  private final AnswerLine line = new AnswerLine(BATCH, 7, Bytes.utf8("\"a\\u0062 c\""));

  @Test
  void responseHasTheShapeOfTheContract() {
    JsonNode json = json(line.response(200, "req_up", Bytes.utf8("{\"x\":1}"), Usage.NONE));

    assertThat(json.propertyNames()).containsExactly("id", "custom_id", "response", "error");
    assertThat(json.path("id").asString()).startsWith("batch_req_").hasSize(42);
    assertThat(json.path("custom_id").asString()).isEqualTo("ab c");
    assertThat(json.at("/response/status_code").asInt()).isEqualTo(200);
    assertThat(json.at("/response/request_id").asString()).isEqualTo("req_up");
    assertThat(json.at("/response/body/x").asInt()).isEqualTo(1);
    assertThat(json.path("error").isNull()).isTrue();
  }

  @Test
  void customIdIsCopiedByteForByte() {
    assertThat(line.error("x", "y").head().utf8()).contains("\"custom_id\":\"a\\u0062 c\",");
  }

  @Test
  void idsAreStableAndDifferByLine() {
    assertThat(AnswerLine.id(BATCH, 7)).isEqualTo(AnswerLine.id(BATCH, 7));
    assertThat(AnswerLine.id(BATCH, 8)).isNotEqualTo(AnswerLine.id(BATCH, 7));
  }

  @Test
  void awkwardBodiesBecomeOneLineWithTheSameMeaning() throws IOException {
    Bytes body = Bytes.utf8(AWKWARD);

    String text = line.response(200, null, body, Usage.NONE).head().utf8();

    assertThat(text).doesNotContain("\n", "\r", "\u2028", "\u2029", "\u0085");
    assertThat(JsonMapper.shared().readTree(text).at("/response/body/a").asString())
        .isEqualTo(JsonMapper.shared().readTree(AWKWARD).path("a").asString());
    var bytewise = new ByteArrayOutputStream();
    try (var out = new OneLine(bytewise)) {
      for (byte b : AWKWARD.getBytes(StandardCharsets.UTF_8)) {
        out.write(b);
      }
    }
    assertThat(bytewise.toString(StandardCharsets.UTF_8)).isEqualTo(OneLine.of(body).utf8());
  }

  @Test
  void whatIsNoJsonIsWrappedInTheEnvelope() {
    Answer answer = line.wrapped(502, null, Bytes.utf8("<html>\n\"bad\" gateway"));

    assertThat(answer.isSuccess()).isFalse();
    JsonNode error = json(answer).at("/response/body/error");
    assertThat(error.path("message").asString()).isEqualTo("<html>\n\"bad\" gateway");
    assertThat(error.path("type").asString()).isEqualTo("upstream_error");
  }

  @Test
  void unexecutedLinesSayWhy() {
    assertThat(json(line.unexecuted(Ending.EXPIRED)).at("/error/code").asString())
        .isEqualTo("batch_expired");
    assertThat(json(line.unexecuted(Ending.CANCELLED)).at("/error/code").asString())
        .isEqualTo("batch_cancelled");
    assertThat(json(line.unexecuted(Ending.CANCELLED)).path("response").isNull()).isTrue();
  }

  @Test
  void usageIsReadInTheWordsOfEachEndpoint() throws IOException {
    String chat =
        """
        {"usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4},\
        "completion_tokens_details":{"reasoning_tokens":3}}}\
        """;
    String response =
        """
        {"usage":{"input_tokens":10,"output_tokens":5,"input_tokens_details":{"cached_tokens":4},\
        "output_tokens_details":{"reasoning_tokens":3}}}\
        """;

    for (String body : new String[] {chat, response}) {
      assertThat(AnswerBody.read(Bytes.utf8(body)).orElseThrow().usage())
          .isEqualTo(new Usage(10, 4, 5, 3));
      var stream = new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
      assertThat(AnswerBody.read(stream).orElseThrow().usage()).isEqualTo(new Usage(10, 4, 5, 3));
    }
    assertThat(
            AnswerBody.read(Bytes.utf8("{\"usage\":{\"prompt_tokens\":1e99}}"))
                .orElseThrow()
                .usage())
        .isEqualTo(Usage.NONE);
  }

  @Test
  void whatIsNotOneJsonObjectIsNoAnswer() {
    for (String body : new String[] {"", "[]", "null", "{", "{}{}", "{\"a\":\"\n\"}", "<html>"}) {
      assertThat(AnswerBody.read(Bytes.utf8(body))).as(body).isEmpty();
    }
    byte[] surrogate = {'{', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', ':', '1', '}'};
    assertThat(AnswerBody.read(Bytes.of(surrogate))).isEmpty();
  }

  private static JsonNode json(Answer answer) {
    return JsonMapper.shared().readTree(answer.head().utf8());
  }
}
