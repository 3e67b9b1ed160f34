package dev.nightjar.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.file.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AnswerLineTest {
  private static final BatchId BATCH = new BatchId("batch_0123456789abcdef0123456789abcdef");
  private static final Usage USAGE = new Usage(4, 3, 2, 1);
  private static final AnswerLine LINE = new AnswerLine(BATCH, 77, Bytes.utf8("\"id-77\""));

  @Test
  void successHasTheShapeOfTheContract() {
    Answer answer = LINE.response(200, "req_up", Bytes.utf8("{\"a\":[1]}"), USAGE);

    assertThat(answer.isSuccess()).isTrue();
    assertThat(answer.usage()).isEqualTo(USAGE);
    assertThat(answer.spool()).isNull();
    assertThat(answer.head().utf8())
        .isEqualTo(
            "{\"id\":\"batch_req_cdef0123456789abcdef00000000004d\",\"custom_id\":\"id-77\","
                + "\"response\":{\"status_code\":200,\"request_id\":\"req_up\","
                + "\"body\":{\"a\":[1]}},\"error\":null}");
  }

  @Test
  void refusalKeepsItsBodyAndCountsNoUsage() {
    Answer answer = LINE.response(400, null, Bytes.utf8("{\"error\":{\"code\":\"c\"}}"), USAGE);
    JsonNode line = parsed(answer);

    assertThat(answer.isSuccess()).isFalse();
    assertThat(answer.usage()).isEqualTo(Usage.NONE);
    assertThat(line.at("/response/status_code").intValue()).isEqualTo(400);
    assertThat(line.at("/response/body/error/code").stringValue()).isEqualTo("c");
    assertThat(line.at("/response/request_id").stringValue())
        .isEqualTo(AnswerLine.requestId(BATCH, 77));
    assertThat(line.get("error").isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\\u0061\\/\\n\"",
        "\"\\ud800\"",
        "\"\"",
        "\"日本 💥 \\\\\\\"\"",
        "\"\\u2028 escaped already\"",
      })
  void customIdIsEchoedByteForByte(String token) {
    Answer answer = new AnswerLine(BATCH, 1, Bytes.utf8(token)).unexecuted(Ending.EXPIRED);

    assertThat(answer.head().utf8()).contains("\"custom_id\":" + token + ",\"response\":null");
  }

  @Test
  void bodyThatIsNoJsonObjectIsWrapped() {
    Answer answer = LINE.wrapped(503, "r", "<html>\n\"no\u2028\"\u0000\t</html>");
    JsonNode error = parsed(answer).at("/response/body/error");

    assertThat(answer.isSuccess()).isFalse();
    assertThat(error.get("message").stringValue()).isEqualTo("<html>\n\"no\u2028\"\u0000\t</html>");
    assertThat(error.get("type").stringValue()).isEqualTo("upstream_error");
    assertThat(error.get("param").isNull()).isTrue();
    assertThat(error.get("code").isNull()).isTrue();
  }

  @Test
  void emptyBodyIsSaidToBeEmpty() {
    JsonNode line = parsed(LINE.wrapped(500, null, " \n"));

    assertThat(line.at("/response/body/error/message").stringValue())
        .isEqualTo("The upstream answered 500 without a body.");
  }

  @Test
  void unexecutedLinesSayWhy() {
    JsonNode expired = parsed(LINE.unexecuted(Ending.EXPIRED));
    JsonNode cancelled = parsed(LINE.unexecuted(Ending.CANCELLED));

    assertThat(expired.propertyNames()).containsExactly("id", "custom_id", "response", "error");
    assertThat(expired.get("response").isNull()).isTrue();
    assertThat(expired.at("/error/code").stringValue()).isEqualTo("batch_expired");
    assertThat(expired.at("/error/message").stringValue())
        .isEqualTo("This request could not be executed before the completion window expired.");
    assertThat(cancelled.at("/error/code").stringValue()).isEqualTo("batch_cancelled");
    assertThat(LINE.unexecuted(Ending.EXPIRED).isSuccess()).isFalse();
  }

  @Test
  void spooledAnswerIsHeadBodyAndTail() {
    Answer answer = LINE.spooled(200, "r", "spool/1", 9, USAGE);
    String whole = answer.head().utf8() + "{\"a\":[1]}" + answer.tail().utf8();

    assertThat(whole)
        .isEqualTo(LINE.response(200, "r", Bytes.utf8("{\"a\":[1]}"), USAGE).head().utf8());
    assertThat(answer.spool()).isEqualTo("spool/1");
    assertThat(answer.spoolBytes()).isEqualTo(9);
    assertThat(answer.usage()).isEqualTo(USAGE);
  }

  @Test
  void spooledRefusalCountsNoUsage() {
    assertThat(LINE.spooled(400, "r", "spool/1", 9, USAGE).usage()).isEqualTo(Usage.NONE);
  }

  @Test
  void idsAreUniqueStableAndShapedAlike() {
    Set<String> ids = new HashSet<>();
    for (long line = 0; line < 100_000; line++) {
      ids.add(AnswerLine.id(BATCH, line));
    }
    ids.add(AnswerLine.id(new BatchId("batch_0123456789abcdef0123456789abcdee"), 0));

    assertThat(ids).hasSize(100_001).allMatch(id -> id.matches("batch_req_[0-9a-f]{32}"));
    assertThat(AnswerLine.id(BATCH, 5)).isEqualTo(AnswerLine.id(BATCH, 5));
    assertThat(AnswerLine.requestId(BATCH, 5)).matches("req_[0-9a-f]{32}");
  }

  @Test
  void everyLineIsOneLineForSplitlines() {
    String nasty = "\u0085\u2028\u2029";
    var line = new AnswerLine(BATCH, 0, Bytes.utf8("\"" + nasty + "\""));
    Bytes body = Bytes.utf8("{\r\n\"" + nasty + "\":\n\"" + nasty + "\"\n}\n");
    List<Answer> answers =
        List.of(
            line.response(200, "r" + nasty, body, USAGE),
            line.wrapped(502, "\n\u000b\u000c\u001c\u001d\u001e", nasty + "\r\n\u000b"),
            line.error("code\n", "message\n\r" + nasty),
            line.spooled(200, "\r" + nasty, "s", 1, USAGE));

    for (Answer answer : answers) {
      assertThat(answer.head().utf8() + answer.tail().utf8())
          .doesNotContainPattern("[\n\r\u000b\u000c\u001c-\u001e\u0085\u2028\u2029]");
    }
    assertThat(parsed(answers.getFirst()).get("custom_id").stringValue()).isEqualTo(nasty);
    assertThat(parsed(answers.getFirst()).at("/response/body").get(nasty).stringValue())
        .isEqualTo(nasty);
  }

  @Test
  void longRequestIdIsCut() {
    JsonNode line = parsed(LINE.response(200, "r".repeat(5_000), Bytes.utf8("{}"), USAGE));

    assertThat(line.at("/response/request_id").stringValue()).hasSize(128);
  }

  @Test
  void writingTwiceGivesTheSameBytes() {
    Bytes body = Bytes.utf8("{\n}");

    assertThat(LINE.response(200, null, body, USAGE).head().utf8())
        .isEqualTo(
            new AnswerLine(BATCH, 77, Bytes.utf8("\"id-77\""))
                .response(200, null, body, USAGE)
                .head()
                .utf8());
  }

  private static JsonNode parsed(Answer answer) {
    byte[] bytes = answer.head().utf8().getBytes(StandardCharsets.UTF_8);
    return JsonMapper.shared().readTree(bytes);
  }
}
