package dev.nightjar.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.nightjar.batch.JsonFault.Kind;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.file.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("H2")
class JsonFaultTest {
  private static final List<String> SEEDS =
      List.of(
          "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/x\",\"body\":{\"model\":\"m\"}}",
          "{\"a\":[1,-2.5e+10,0,true,false,null,{\"b\":{}},[],\"\\u00e9\\n\\\\\"],\"ü💥\":\"\"}",
          "{ \"n\" : -0.1E-7 , \"deep\" : [ [ [ { } ] ] ] }\r");

  private static final String PIECES =
      "{}[]:,\"'\\ \t\n\r-+.eE0123456789truefalsnuNI/*#\0\u001aéü“";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':1}           | 1  | a name must be in double quotes, not in single ones",
        "{a:1}             | 1  | the name a must be in double quotes",
        "{“a”:1}           | 1  | '“' is no quote of JSON: write \"",
        "{\"a\" 1}         | 5  | a ':' is missing after the name",
        "{\"a\"=1}         | 4  | a ':' is missing after the name",
        "{\"a\":'b'}       | 5  | a string must be in double quotes, not in single ones",
        "{\"a\":“b”}       | 5  | '“' is no quote of JSON: write \"",
        "{\"a\":}          | 5  | a value is missing",
        "{\"a\":,\"b\":1}  | 5  | a value is missing",
        "{\"a\":1,}        | 7  | there is a comma too many before '}'",
        "{\"a\":[1,]}      | 8  | there is a comma too many before ']'",
        "{\"a\":1 \"b\":2} | 7  | expected ',' or '}', but found '\"'",
        "{\"a\":[1 2]}     | 8  | expected ',' or ']', but found '2'",
        "{\"a\":[1}}       | 7  | expected ',' or ']', but found '}'",
        "{\"a\":NaN}       | 5  | NaN is no number of JSON: write null, or leave it out",
        "{\"a\":-Infinity} | 5  | -Infinity is no number of JSON: write null, or leave it out",
        "{\"a\":True}      | 5  | True is Python's: JSON has true, false and null, as `json.dumps` writes them",
        "{\"a\":None}      | 5  | None is Python's: JSON has true, false and null, as `json.dumps` writes them",
        "{\"a\":undefined} | 5  | undefined is no value of JSON: strings are in double quotes",
        "{\"a\":01}        | 5  | a number may not begin with 0",
        "{\"a\":+1}        | 5  | a number may not begin with '+'",
        "{\"a\":.5}        | 5  | a number may not begin with '.'",
        "{\"a\":1.}        | 7  | a digit is missing after '.'",
        "{\"a\":1e}        | 7  | a digit is missing in the exponent of a number",
        "{\"a\":-}         | 6  | a digit is missing after '-'",
        "{\"a\":1 /* b */} | 7  | expected ',' or '}', but found '/'",
        "{\"a\": // b      | 6  | JSON has no comments",
        "{\"a\":\"\\x\"}   | 7  | a backslash before 'x' is no escape: write \\\\",
        "{\"a\":\"\\u12\"} | 10 | \\u must be followed by four hexadecimal digits",
        "{\"a\":\"b\tc\"}  | 7  | a tab in a string must be escaped: write \\t",
        "{\"a\":\"b        | 7  | it ends in the middle of a string",
        "{\"a\":[1,2       | 9  | it ends in the middle of an array",
        "{\"a\":1          | 6  | it ends in the middle of an object",
        "{                 | 1  | it ends in the middle of an object",
        "{} {}             | 3  | there is more after its end, beginning with '{'",
        "{},               | 2  | there is more after its end, beginning with ','",
        "{\u00a0\"a\":1}   | 1  | expected a name in double quotes, but found U+00A0",
      })
  void faultIsSaidWithItsPlaceAndWhatWouldBeRight(String json, int at, String what) {
    JsonFault fault = JsonScan.fault(Bytes.utf8(json.strip())).orElseThrow();

    assertThat(fault.what()).isEqualTo(what);
    assertThat(fault.at()).isEqualTo(at);
  }

  @Test
  void someBytesAreWrongWhereverTheyAre() {
    assertThat(JsonScan.fault(Bytes.utf8("{\"a\0\":1}")).orElseThrow())
        .isEqualTo(new JsonFault(3, "there is a NUL byte", Kind.NUL));
    assertThat(JsonScan.fault(Bytes.utf8("{}\u001a")).orElseThrow())
        .isEqualTo(new JsonFault(2, "there is the byte 0x1A (Ctrl-Z)", Kind.CTRL_Z));
    assertThat(JsonScan.fault(Bytes.of("{\"ä\":1}".getBytes(StandardCharsets.ISO_8859_1))))
        .contains(new JsonFault(2, "the byte 0xE4 is not UTF-8", Kind.NOT_UTF8));
  }

  @Test
  void limitsOfTheParserAreSaid() {
    String deep = "[".repeat(Json.DEPTH_MAX) + "]".repeat(Json.DEPTH_MAX);

    assertThat(JsonScan.fault(Bytes.utf8(deep))).isEmpty();
    assertThat(whatOf("{\"a\":" + deep + "}"))
        .isEqualTo("objects and arrays are nested more than 1,000 deep");
    assertThat(whatOf("{\"a\":" + "9".repeat(Json.NUMBER_CHARACTERS_MAX + 1) + "}"))
        .isEqualTo("a number has more than 1,048,576 digits");
    assertThat(whatOf("{\"" + "n".repeat(Json.NAME_CHARACTERS_MAX + 1) + "\":1}"))
        .isEqualTo("a name has more than 65,536 characters");
  }

  private static String whatOf(String json) {
    return JsonScan.fault(Bytes.utf8(json)).orElseThrow().what();
  }

  /** Whatever the parser refuses has a sentence, and what it takes has none. */
  @Test
  void thereIsAFaultWhereverTheParserFindsOne() {
    long seed = new Random().nextLong();
    System.out.println("JsonFaultTest seed " + seed);
    var random = new Random(seed);
    for (int round = 0; round < 50_000; round++) {
      String json = mutated(SEEDS.get(random.nextInt(SEEDS.size())), random);
      Bytes line = Bytes.utf8(json);
      if (!Json.beginsLikeObject(line)) {
        continue;
      }

      Optional<JsonFault> fault = JsonScan.fault(line);
      var refused =
          catchThrowableOfType(MalformedLineException.class, () -> RequestLine.parse(line));

      String what = "seed %d, round %d: %s".formatted(seed, round, json);
      boolean isNoJson = refused != null && refused.code().equals("invalid_json_line");
      if (refused != null && !isNoJson) {
        continue; // It was not read to its end.
      }
      assertThat(fault.isPresent()).as(what).isEqualTo(isNoJson);
      if (isNoJson) {
        assertThat(refused.problem()).as(what).contains(fault.get().what());
        assertThat(fault.get().at()).as(what).isBetween(0, line.length());
      }
    }
  }

  private static String mutated(String json, Random random) {
    var text = new StringBuilder(json);
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(text.length());
      String piece = String.valueOf(PIECES.charAt(random.nextInt(PIECES.length())));
      switch (random.nextInt(4)) {
        case 0 -> text.deleteCharAt(at);
        case 1 -> text.insert(at, piece);
        case 2 -> text.setLength(at);
        default -> text.replace(at, at + 1, piece);
      }
      if (text.isEmpty()) {
        text.append('{');
      }
    }
    return text.toString();
  }
}
