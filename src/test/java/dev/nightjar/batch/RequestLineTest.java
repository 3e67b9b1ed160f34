package dev.nightjar.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.batch.RequestLine.Parameter;
import dev.nightjar.file.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestLineTest {
  private static final List<String> IDS =
      List.of(
          "\"a\"",
          "\"\"",
          "\"\\u0061\\n\\\"quoted\\\" \\\\ \"",
          "\"grün 日本 💥\"",
          "\"\\ud83d\\ude00\"",
          "\"\\ud800\"",
          "\"{\\\"body\\\":{}}\"");

  private static final List<String> BODIES =
      List.of(
          "{}",
          "{ }",
          "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"}{\\\"\"}]}",
          "{ \"custom_id\" : \"inner\", \"body\" : {\"model\":\"no\"} , \"url\":[[]] }",
          "{\"text\":\"ü💥\\u2028\",\"n\":-1.5e300,\"deep\":[[[{\"a\":[null,true,false]}]]]}");

  private static final List<String> GAPS = List.of("", " ", "\t", "  \r ");

  @Test
  void positionsAreThoseOfTheTokensInAnyLayout() throws MalformedLineException {
    long seed = new Random().nextLong();
    System.out.println("RequestLineTest seed " + seed);
    var random = new Random(seed);
    for (int round = 0; round < 5_000; round++) {
      String id = any(IDS, random);
      String body = any(BODIES, random);
      var members = new ArrayList<String>();
      members.add(member("custom_id", id, random));
      members.add(member("body", body, random));
      members.add(member("method", "\"POST\"", random));
      members.add(member("url", "\"/v1/embeddings\"", random));
      members.add(member("extra", "{\"custom_id\":\"no\",\"body\":[]}", random));
      Collections.shuffle(members, random);
      String json = any(GAPS, random) + "{" + String.join(",", members) + "}" + any(GAPS, random);
      Bytes line = amid(json);

      RequestLine request = RequestLine.parse(line);

      String what = "seed " + seed + ", round " + round + ": " + json;
      assertThat(line.slice(request.idStart(), request.idLength()).utf8()).as(what).isEqualTo(id);
      assertThat(line.slice(request.bodyStart(), request.bodyLength()).utf8())
          .as(what)
          .isEqualTo(body);
      assertThat(request.url()).as(what).isEqualTo("/v1/embeddings");
      assertThat(request.method()).as(what).isEqualTo("POST");
    }
  }

  @Test
  void readsWhatAnEndpointMayRequire() throws MalformedLineException {
    RequestLine chat = body("{\"model\":\"m\\u0031\",\"messages\":[{\"model\":\"no\"}]}");

    assertThat(chat.model()).isEqualTo("m1");
    assertThat(chat.parameters()).containsExactlyInAnyOrder(Parameter.MODEL, Parameter.MESSAGES);
    assertThat(body("{\"input\":1,\"prompt\":{\"model\":\"no\"}}").parameters())
        .containsExactlyInAnyOrder(Parameter.INPUT, Parameter.PROMPT);
    assertThat(body("{\"model\":null}").model()).isNull();
    assertThat(body("{\"model\":null}").parameters()).isEmpty();
  }

  @Test
  void whatIsMissingIsSaidToBeMissing() throws MalformedLineException {
    RequestLine empty = parse("{}");

    assertThat(empty.customId()).isNull();
    assertThat(empty.method()).isNull();
    assertThat(empty.url()).isNull();
    assertThat(empty.bodyStart()).isEqualTo(-1);
    assertThat(empty.model()).isNull();
    assertThat(empty.isStreaming()).isFalse();
  }

  @Test
  void streamingIsSeenAtTheTopOfTheBodyOnly() throws MalformedLineException {
    assertThat(body("{\"stream\":true}").isStreaming()).isTrue();
    assertThat(body("{\"a\":[1,{\"b\":2}],\"\\u0073tream\" : true,\"z\":0}").isStreaming())
        .isTrue();
    assertThat(body("{\"stream\":true,\"stream\":false}").isStreaming()).isTrue();
    assertThat(body("{\"stream\":false}").isStreaming()).isFalse();
    assertThat(body("{\"stream\":null}").isStreaming()).isFalse();
    assertThat(body("{\"a\":{\"stream\":true}}").isStreaming()).isFalse();
    assertThat(parse("{\"stream\":true,\"body\":{}}").isStreaming()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|1",
        "`[1]`|1",
        "`  \"a\"`|1",
        "`null`|1",
        "`{`|2",
        "`{\"a\":1`|7",
        "`{\"a\" 1}`|6",
        "`{\"a\":1}}`|8",
        "`{\"a\":1} {}`|9",
        "`{\"a\":1} x`|9",
        "`{\"a\":01}`|6",
        "`{\"a\":NaN}`|6",
        "`{\"a\":tru}`|6",
        "`{'a':1}`|2",
        "`{a:1}`|2",
        "`{\"a\":1,}`|8",
        "`{\"a\":[1,]}`|9",
        "`{\"a\":[1}}`|8",
        "`{\"a\":\"\\x\"}`|8",
        "`{\"a\":\"\\u12\"}`|11",
        "`{\"a\":1 /* no */}`|8",
      })
  void whatIsNoJsonObjectIsRefusedWithItsColumn(String json, int column) {
    MalformedLineException refused = refused(Bytes.utf8(json));

    assertThat(refused.code()).isEqualTo("invalid_json_line");
    assertThat(refused.parameter()).isNull();
    assertThat(refused.problem()).startsWith("This line is not parseable as valid JSON. Column ");
    assertThat(column(refused)).as(refused.problem()).isBetween(column, column + 3);
  }

  @Test
  void columnCountsFromTheLineAndNotFromTheBuffer() {
    assertThat(column(refused(amid("{\"a\" 1}")))).isBetween(6, 7);
  }

  @Test
  void byteOrderMarksAndOtherEncodingsAreRefused() {
    String json = "{\"custom_id\":\"a\"}";

    assertInvalid(Bytes.utf8("\ufeff" + json), 1);
    assertInvalid(Bytes.of(json.getBytes(StandardCharsets.UTF_16LE)), 2);
    assertInvalid(Bytes.of(json.getBytes(StandardCharsets.UTF_16BE)), 1);
    assertInvalid(Bytes.of(json.getBytes(StandardCharsets.UTF_16)), 1);
    assertInvalid(Bytes.of(json.getBytes(Charset.forName("UTF-32BE"))), 1);
    assertInvalid(Bytes.of(json.getBytes(Charset.forName("UTF-32LE"))), 2);
  }

  @Test
  void bytesThatAreNotUtf8AreRefusedWithTheirColumn() {
    String before = "{\"a\":\"";

    assertInvalid(join(before, new int[] {0xFF}, "\"}"), 7);
    assertInvalid(join(before, new int[] {0xC0, 0xAF}, "\"}"), 7);
    assertInvalid(join(before, new int[] {0xE0, 0x80, 0xAF}, "\"}"), 7);
    assertInvalid(join(before, new int[] {0xED, 0xA0, 0x80}, "\"}"), 7);
    assertInvalid(join(before, new int[] {0xE2, 0x82}, "\"}"), 7);
    assertInvalid(join(before, new int[] {0xC3}, ""), 7);
  }

  @Test
  void rawControlCharactersAreRefusedInStringsAndOutside() {
    for (int control = 0; control < ' '; control++) {
      assertInvalid(join("{\"a\":\"", new int[] {control}, "\"}"));
      assertInvalid(join("{\"custom_id\":\"", new int[] {control}, "\"}"));
      assertInvalid(join("{\"", new int[] {control}, "\":1}"));
    }
    assertInvalid(join("{\"a\":1", new int[] {0}, "}"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1_001, 10_000, 1_000_000})
  void absurdDepthIsRefused(int depth) {
    String nested = "[".repeat(depth) + "]".repeat(depth);

    assertInvalid(Bytes.utf8("{\"body\":{\"a\":" + nested + "}}"));
    assertInvalid(Bytes.utf8("{\"a\":" + "{\"a\":".repeat(depth) + "1" + "}".repeat(depth) + "}"));
  }

  @Test
  void longNumbersStringsAndNamesPass() throws MalformedLineException {
    String digits = "9".repeat(10_000);
    String text = "t".repeat(30_000_000);

    RequestLine request =
        body(
            "{\"n\":%s,\"m\":-0.%se-9,\"%s\":1,\"text\":\"%s\"}"
                .formatted(digits, digits, "k".repeat(10_000), text));

    assertThat(request.bodyLength()).isGreaterThan(30_000_000);
  }

  @Test
  void namesThatNeverRepeatDoNoHarm() throws MalformedLineException {
    for (int i = 0; i < 20_000; i++) {
      String name = Integer.toHexString(i * 0x9E3779B9) + "-name";

      assertThat(body("{\"" + name + "\":1,\"model\":\"m\"}").model()).isEqualTo("m");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"custom_id", "method", "url", "body"})
  void memberMayNotOccurTwice(String name) {
    String value = name.equals("body") ? "{}" : "\"x\"";
    String json = "{\"%s\":%s,\"%s\":%s}".formatted(name, value, name, value);

    MalformedLineException refused = refused(Bytes.utf8(json));

    assertThat(refused.code()).isEqualTo("duplicate_parameter");
    assertThat(refused.parameter()).isEqualTo(name);
    assertThat(column(refused)).isEqualTo(json.lastIndexOf(value) + 1);
  }

  @Test
  void modelMayNotOccurTwice() {
    var refused = refused(Bytes.utf8("{\"body\":{\"model\":\"a\",\"mod\\u0065l\":\"b\"}}"));

    assertThat(refused.code()).isEqualTo("duplicate_parameter");
    assertThat(refused.parameter()).isEqualTo("body.model");
  }

  @ParameterizedTest
  @CsvSource({
    "custom_id, 7, a number",
    "custom_id, null, null",
    "method, [], an array",
    "url, true, a boolean",
    "body, '\"{}\"', a string",
    "body, [], an array",
    "body, null, null"
  })
  void wrongTypesAreNamed(String name, String value, String kind) {
    MalformedLineException refused = refused(Bytes.utf8("{\"%s\":%s}".formatted(name, value)));

    assertThat(refused.code()).isEqualTo("invalid_type");
    assertThat(refused.parameter()).isEqualTo(name);
    assertThat(refused.problem()).contains("but got " + kind + " instead.");
    assertThat(column(refused)).isEqualTo(name.length() + 5);
  }

  @Test
  void modelThatIsNoStringIsRefused() {
    assertThat(refused(Bytes.utf8("{\"body\":{\"model\":{\"a\":1}}}")).parameter())
        .isEqualTo("body.model");
  }

  /** It is legal JSON and is echoed as it came, so nothing is wrong with it. */
  @Test
  void halfASurrogatePairIsAnIdLikeAnyOther() throws MalformedLineException {
    Bytes line = Bytes.utf8("{\"custom_id\":\"\\ud800\",\"method\":\"POST\"}");

    RequestLine request = RequestLine.parse(line);

    assertThat(line.slice(request.idStart(), request.idLength()).utf8()).isEqualTo("\"\\ud800\"");
    assertThat(parse("{\"custom_id\":\"\\udfff\"}").customId()).isNotEqualTo(request.customId());
  }

  private static String member(String name, String value, Random random) {
    String key = random.nextInt(8) == 0 ? name.replace("o", "\\u006f") : name;
    return any(GAPS, random)
        + '"'
        + key
        + '"'
        + any(GAPS, random)
        + ':'
        + any(GAPS, random)
        + value
        + any(GAPS, random);
  }

  private static <T> T any(List<T> values, Random random) {
    return values.get(random.nextInt(values.size()));
  }

  /** A view in the middle of a larger array, as lines are. */
  private static Bytes amid(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    byte[] array = new byte[bytes.length + 12];
    Arrays.fill(array, (byte) '}');
    System.arraycopy(bytes, 0, array, 7, bytes.length);
    return new Bytes(array, 7, bytes.length);
  }

  private static Bytes join(String before, int[] values, String after) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(before.getBytes(StandardCharsets.UTF_8));
    for (int value : values) {
      out.write(value);
    }
    out.writeBytes(after.getBytes(StandardCharsets.UTF_8));
    return Bytes.of(out.toByteArray());
  }

  private static RequestLine parse(String json) throws MalformedLineException {
    return RequestLine.parse(Bytes.utf8(json));
  }

  private static RequestLine body(String json) throws MalformedLineException {
    return parse("{\"body\":" + json + "}");
  }

  private static void assertInvalid(Bytes line) {
    assertThat(refused(line).code()).isEqualTo("invalid_json_line");
  }

  private static void assertInvalid(Bytes line, int column) {
    assertInvalid(line);
    assertThat(column(refused(line))).isEqualTo(column);
  }

  private static MalformedLineException refused(Bytes line) {
    MalformedLineException refused =
        catchThrowableOfType(MalformedLineException.class, () -> RequestLine.parse(line));
    assertThat(refused).isNotNull();
    return refused;
  }

  private static int column(MalformedLineException refused) {
    return Integer.parseInt(refused.problem().replaceFirst("(?s).*?Column (\\d+)[:.].*", "$1"));
  }
}
