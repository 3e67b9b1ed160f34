package dev.nightjar.api.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.api.files.FirstLine.Problem;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FirstLineTest {
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
        "``|empty_file|the file is empty",
        "`\uFEFF \t`|empty_file|the file is empty",
        "`[1]`|invalid_json_line|does not begin a JSON object",
        "`{`|invalid_json_line|line 1: This line is not parseable as valid JSON. Column 2",
        "`  {\"a\" 1}`|invalid_json_line|line 1: This line is not parseable as valid JSON. Column 8",
        "`{} {}`|invalid_json_line|Column 4: there is more after the JSON object",
      })
  void otherFilesAreRefusedWithWhatIsWrong(String text, String code, String message) {
    assertRefused(text, code, message);
  }

  @Test
  void lineNumberCountsBlankLines() {
    assertRefused("\n\r\n  {\"a\":tru}\n{}", "invalid_json_line", "line 3: ");
    assertRefused("\n\r\n  {\"a\":tru}\n{}", "invalid_json_line", "Column 8");
  }

  @Test
  void lineTooLongToKeepIsLeftToValidation() {
    String fits = "{\"a\":\"" + "x".repeat(FirstLine.BYTES_MAX - 8) + "\"}";

    assertTaken(fits);
    assertRefused(fits.replace("\"}", "\"]"), "invalid_json_line", "Column 262144");
    assertTaken(fits.replace("\"}", "\"]]"));
    assertTaken(" ".repeat(2 * FirstLine.BYTES_MAX) + "{");
    assertRefused(" ".repeat(2 * FirstLine.BYTES_MAX), "empty_file", "the file is empty");
  }

  private static void assertTaken(String text) {
    assertThat(firstLine(text, 1).problem()).isEmpty();
    assertThat(firstLine(text, 8_192).problem()).isEmpty();
  }

  private static void assertRefused(String text, String code, String message) {
    Problem problem = firstLine(text, 1).problem().orElseThrow();

    assertThat(problem.code()).isEqualTo(code);
    assertThat(problem.message()).contains(message);
    assertThat(firstLine(text, 8_192).problem()).contains(problem);
  }

  /** As it is after a stream that came in pieces. */
  private static FirstLine firstLine(String text, int pieceBytes) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    var line = new FirstLine();
    for (int i = 0; i < bytes.length; i += pieceBytes) {
      line.see(bytes, i, Math.min(pieceBytes, bytes.length - i));
    }
    return line;
  }
}
