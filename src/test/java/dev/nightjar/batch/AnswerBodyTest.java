package dev.nightjar.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.file.Bytes;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerBodyTest {
  @Test
  void readsTheUsageOfChatAndCompletions() {
    String json =
        """
        {"id":"x","choices":[{"message":{"usage":{"prompt_tokens":99}}}],"usage":{
          "prompt_tokens":10,"completion_tokens":7,"total_tokens":17,
          "prompt_tokens_details":{"audio_tokens":1,"cached_tokens":4,"x":{"cached_tokens":8}},
          "completion_tokens_details":{"reasoning_tokens":3,"audio_tokens":1}},"tail":[1]}
        """;

    assertThat(usage(json)).isEqualTo(new Usage(10, 4, 7, 3));
  }

  @Test
  void readsTheUsageOfResponses() {
    String json =
        """
        {"error":null,"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},
         "output_tokens":7,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":17}}
        """;

    assertThat(usage(json)).isEqualTo(new Usage(10, 4, 7, 3));
  }

  @Test
  void readsTheUsageOfEmbeddingsAndOfModerationsNone() {
    assertThat(usage("{\"data\":[],\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}"))
        .isEqualTo(new Usage(8, 0, 0, 0));
    assertThat(usage("{\"results\":[]}")).isEqualTo(Usage.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "7",
        "[]",
        "[{\"prompt_tokens\":1}]",
        "{}",
        "{\"prompt_tokens\":null,\"prompt_tokens_details\":null}",
        "{\"prompt_tokens\":\"5\",\"prompt_tokens_details\":7}",
        "{\"prompt_tokens\":{\"a\":{}},\"prompt_tokens_details\":[{}]}",
        "{\"prompt_tokens\":[1,[2]],\"prompt_tokens_details\":{\"cached_tokens\":{\"a\":1}}}",
        "{\"prompt_tokens\":1.5,\"prompt_tokens_details\":{\"cached_tokens\":[9]}}",
        "{\"prompt_tokens\":-3}",
        "{\"prompt_tokens\":99999999999999999999999999}",
      })
  void absurdUsageIsNoUsage(String usage) {
    assertThat(usage("{\"usage\":" + usage + ",\"more\":[1]}")).isEqualTo(Usage.NONE);
  }

  @Test
  void absurdCountsCannotOverflowASum() {
    assertThat(usage("{\"usage\":{\"prompt_tokens\":9223372036854775807}}").input())
        .isEqualTo(Integer.MAX_VALUE);
    assertThat(usage("{\"usage\":{\"prompt_tokens\":" + "9".repeat(10_000) + "}}").input())
        .isZero();
  }

  @Test
  void readsTheErrorsCodeAndElseItsType() {
    assertThat(errorCode("{\"message\":\"m\",\"type\":\"t\",\"code\":\"c\"}")).isEqualTo("c");
    assertThat(errorCode("{\"code\":\"c\",\"type\":\"t\"}")).isEqualTo("c");
    assertThat(errorCode("{\"code\":null,\"type\":\"t\"}")).isEqualTo("t");
    assertThat(errorCode("{\"code\":429,\"type\":\"t\",\"param\":{\"code\":\"x\"}}"))
        .isEqualTo("t");
    assertThat(errorCode("{\"code\":{\"code\":\"x\"},\"type\":[1]}")).isNull();
    assertThat(errorCode("\"text\"")).isNull();
    assertThat(errorCode("null")).isNull();
    assertThat(errorCode("[{\"code\":\"c\"}]")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[",
        "[{}",
        "[1] 2",
        "null",
        "\"a\"",
        "<html>",
        "{",
        "{\"a\":1",
        "{\"a\":[1}",
        "{} {}",
        "{}x",
        "{}}",
        "\ufeff{}",
        "{\"usage\":{\"prompt_tokens\":1}",
        "data: {}\n\n",
        "{\"a\":\"\u0000\"}",
        "{\"a\":NaN}",
      })
  void whatIsNeitherOneJsonObjectNorOneArrayIsNothing(String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);

    assertThat(AnswerBody.read(Bytes.of(bytes))).isEmpty();
    assertThat(AnswerBody.read(new ByteArrayInputStream(bytes))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE"})
  void otherEncodingsAreNothing(String charset) throws IOException {
    byte[] bytes = "{\"a\":1}".getBytes(Charset.forName(charset));

    assertThat(AnswerBody.read(Bytes.of(bytes))).isEmpty();
    assertThat(AnswerBody.read(new ByteArrayInputStream(bytes))).isEmpty();
  }

  @Test
  void whitespaceAroundAndDuplicatesAreAllowed() {
    assertThat(usage(" \r\n\t{\"usage\":{\"prompt_tokens\":1},\"usage\":{\"prompt_tokens\":2}}\n"))
        .isEqualTo(new Usage(2, 0, 0, 0));
  }

  @Test
  void streamIsReadLikeBytesHoweverItIsCut() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("AnswerBodyTest seed " + seed);
    var random = new Random(seed);
    String json =
        " {\"text\":\"aéü€日本💥\u2028\",\"n\":[1,-2.5e3,null],\"usage\":{\"prompt_tokens\":5}} ";
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      for (int i = random.nextInt(3); i > 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      int most = 1 + random.nextInt(8);

      Optional<AnswerBody> streamed = AnswerBody.read(new Trickle(bytes, random, most));

      assertThat(streamed)
          .as("seed %d, round %d", seed, round)
          .isEqualTo(AnswerBody.read(Bytes.of(bytes)));
    }
  }

  @Test
  void diskThatFailsIsNotTheUpstreamsFault() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("disk");
          }

          @Override
          public int read(byte[] buffer, int offset, int count) throws IOException {
            throw new IOException("disk");
          }
        };
    var body =
        new SequenceInputStream(
            new ByteArrayInputStream("{\"a\":".getBytes(StandardCharsets.UTF_8)), broken);

    assertThatThrownBy(() -> AnswerBody.read(body))
        .isInstanceOf(IOException.class)
        .hasMessage("disk");
  }

  private static Usage usage(String json) {
    return AnswerBody.read(Bytes.utf8(json)).orElseThrow().usage();
  }

  private static @org.jspecify.annotations.Nullable String errorCode(String error) {
    return AnswerBody.read(Bytes.utf8("{\"error\":" + error + ",\"x\":1}"))
        .orElseThrow()
        .errorCode();
  }

  /** Gives 1 to {@code most} bytes a read. */
  private static final class Trickle extends FilterInputStream {
    private final Random random;
    private final int most;

    Trickle(byte[] bytes, Random random, int most) {
      super(new ByteArrayInputStream(bytes));
      this.random = random;
      this.most = most;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      return super.read(buffer, offset, Math.min(count, 1 + random.nextInt(most)));
    }
  }
}
