package dev.nightjar.validation;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_32BE;
import static java.nio.charset.StandardCharsets.UTF_32LE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.BatchError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BeginningTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{}\nnot json",
        "\n \r\n\t{\"custom_id\":7}\r\n]",
        "\uFEFF{\"custom_id\":\"a\"}\n",
        "{\"body\":{},\"body\":{}}",
      })
  void jsonObjectIsTakenWhateverFollows(String text) {
    assertTaken(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|empty_file|The file is empty: it has no requests.",
        "`\uFEFF \t`|empty_file|The file is empty: it has no requests.",
        "`[1]`|invalid_json_line|The file is a JSON array: put each of its elements on a line of its own",
        "`{`|invalid_json_line|This line is not parseable as valid JSON. Column 2",
        "`  {\"a\" 1}`|invalid_json_line|This line is not parseable as valid JSON. Column 8",
        "`{} {}`|invalid_json_line|Column 4: there is more after its end, beginning with '{'",
      })
  void otherFilesAreRefusedWithWhatIsWrong(String text, String code, String message) {
    assertRefused(text, code, message);
  }

  @Test
  void lineNumberCountsBlankLines() {
    String text = "\n\r\n  {\"a\":tru}\n{}";

    assertRefused(text, "invalid_json_line", "Column 8");
    assertThat(beginning(text, 1).problem().orElseThrow().line()).isEqualTo(3);
  }

  @Test
  void lineTooLongToKeepIsLeftToValidation() {
    String fits = "{\"a\":\"" + "x".repeat(Beginning.BYTES_MAX - 8) + "\"}";

    assertTaken(fits);
    assertRefused(fits.replace("\"}", "\"]"), "invalid_json_line", "Column 262144");
    assertTaken(fits.replace("\"}", "\"]]"));
    assertTaken(" ".repeat(2 * Beginning.BYTES_MAX) + "{");
    assertRefused(" ".repeat(2 * Beginning.BYTES_MAX), "empty_file", "The file is empty");
  }

  // ---- shapes

  private static final String LINE = "{\"custom_id\":\"a\",\"method\":\"POST\"}";

  static Stream<Arguments> shapes() throws IOException {
    String lines = (LINE + "\n").repeat(3);
    String pretty = "{\n  \"custom_id\": \"a\"\n}\n";
    String compressed = "The file is compressed with %s: decompress it first.";
    String wide = "The file is in %s: save it as UTF-8, as `iconv -f %1$s -t UTF-8` does.";
    String array = "The file is a JSON array: put each of its elements on a line of its own";
    String returns = "The file's lines end with a carriage return alone: end each with a line feed";
    String over = "The file's objects go over several lines: put each on a line of its own";
    return Stream.of(
        Arguments.of(gzip(lines), compressed.formatted("gzip")),
        Arguments.of(hex("504b03041400"), compressed.formatted("zip")),
        Arguments.of(hex("28b52ffd0458"), compressed.formatted("zstd")),
        Arguments.of(hex("425a6839314159265359"), compressed.formatted("bzip2")),
        Arguments.of(hex("fd377a585a000004"), compressed.formatted("xz")),
        Arguments.of(("\ufeff" + lines).getBytes(UTF_16LE), wide.formatted("UTF-16")),
        Arguments.of(("\ufeff" + lines).getBytes(UTF_16BE), wide.formatted("UTF-16")),
        Arguments.of(lines.getBytes(UTF_16LE), wide.formatted("UTF-16LE")),
        Arguments.of(lines.getBytes(UTF_16BE), wide.formatted("UTF-16BE")),
        Arguments.of(lines.getBytes(UTF_32LE), wide.formatted("UTF-32LE")),
        Arguments.of(("\ufeff" + lines).getBytes(UTF_32BE), wide.formatted("UTF-32")),
        Arguments.of(utf8("[" + LINE + "," + LINE + "]"), array),
        Arguments.of(utf8("\ufeff\n [\n" + LINE + "\n]\n"), array),
        Arguments.of(utf8(LINE + "\r" + LINE + "\r"), returns),
        Arguments.of(utf8(LINE + " \r" + LINE + "\n"), returns),
        Arguments.of(utf8((LINE + "\r").repeat(20_000)), returns),
        Arguments.of(utf8(pretty), over),
        Arguments.of(utf8("{\r\n\t\"custom_id\": \"a\"\r\n}"), over),
        Arguments.of(utf8("{\"custom_id\": \"a\",\n \"method\": \"POST\"}"), over),
        Arguments.of(utf8("{\n}"), over));
  }

  /** Upload and validation say the same. */
  @ParameterizedTest
  @MethodSource("shapes")
  @Tag("H2")
  void fileOfAnotherShapeIsNamedOnce(byte[] file, String sentence) {
    BatchError problem = beginning(file, 8_192).problem().orElseThrow();

    assertThat(problem.message()).startsWith(sentence);
    assertThat(problem.line()).as("it is the file's").isNull();
    assertThat(beginning(file, 8_192).problemOfTheWhole()).contains(problem);
    assertThat(beginning(file, 1).problem()).contains(problem);
  }

  @Test
  @Tag("H2")
  void blankStreamIsNotReadToItsEnd() throws IOException {
    var blank = new ByteArrayInputStream(utf8("\n".repeat(8 << 20) + "["));

    assertThat(Beginning.of(blank).problem()).isEmpty();

    assertThat(blank.available()).isGreaterThan(6 << 20);
    assertThat(Beginning.of(new ByteArrayInputStream(utf8(" \n"))).problem())
        .contains(Beginning.empty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"a\":1\n{}", "{\n{", "BZh,a\n", "PK\n", "\ufeff{}\n", "{}\r\n{}", "id,text"})
  @Tag("H2")
  void otherFaultsAreTheLines(String text) {
    assertThat(beginning(text, 8_192).problemOfTheWhole()).isEmpty();
  }

  private static byte[] gzip(String text) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(utf8(text));
    }
    return out.toByteArray();
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void assertTaken(String text) {
    assertThat(beginning(text, 1).problem()).isEmpty();
    assertThat(beginning(text, 8_192).problem()).isEmpty();
  }

  private static void assertRefused(String text, String code, String message) {
    BatchError problem = beginning(text, 1).problem().orElseThrow();

    assertThat(problem.code()).isEqualTo(code);
    assertThat(problem.message()).contains(message);
    assertThat(beginning(text, 8_192).problem()).contains(problem);
  }

  private static Beginning beginning(String text, int pieceBytes) {
    return beginning(utf8(text), pieceBytes);
  }

  /** As it is after a stream that came in pieces. */
  private static Beginning beginning(byte[] bytes, int pieceBytes) {
    var beginning = new Beginning();
    for (int i = 0; i < bytes.length; i += pieceBytes) {
      beginning.see(bytes, i, Math.min(pieceBytes, bytes.length - i));
    }
    return beginning;
  }
}
