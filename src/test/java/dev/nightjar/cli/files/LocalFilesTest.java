package dev.nightjar.cli.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.Shells;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that need no server: validate, split and merge. */
class LocalFilesTest {
  @TempDir Path folder;
  private final Shells shells = new Shells();

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static String row(String customId) {
    return """
    {"custom_id":"%s","method":"POST","url":"/v1/embeddings","body":{"model":"m","input":"x"}}
    """
        .formatted(customId);
  }

  private int validate(Path path) {
    var command = new FilesValidate(shells.shell());
    command.path = path;
    return command.call();
  }

  private int split(Path path, long lines) {
    var command = new FilesSplit(shells.shell());
    command.path = path;
    command.linesMax = lines;
    return command.call();
  }

  private int merge(Path out, Path... in) {
    var command = new FilesMerge(shells.shell());
    command.output = out;
    command.inputs = List.of(in);
    return command.call();
  }

  private List<String> pieces() throws IOException {
    var texts = new ArrayList<String>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().contains("-0")).sorted().toList()) {
        texts.add(Files.readString(file));
      }
    }
    return texts;
  }

  @Test
  void validFileIsSummedUp() throws IOException {
    String rows = row("a") + row("b");
    int tokens = 2 * "{'model':'m','input':'x'}".length() / 4;

    assertThat(validate(file("in.jsonl", rows))).isZero();

    assertThat(shells.out())
        .endsWith(
            "in.jsonl: valid, 2 requests, %d B, about %d tokens, m (2)\n"
                .formatted(rows.length(), tokens));
  }

  @Test
  void problemsNameLineColumnAndCode() throws IOException {
    assertThat(validate(file("in.jsonl", row("a") + "\n{\"x\":}\n" + row("a")))).isEqualTo(1);

    assertThat(shells.out().lines())
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .startsWith("line 3, column 6: This line is not parseable as valid JSON: ")
                    .endsWith(" (invalid_json_line)"),
            second ->
                assertThat(second)
                    .startsWith("line 4: The custom_id 'a' for this request is a duplicate")
                    .endsWith("It was used first on line 1. (duplicate_custom_id)"),
            last -> assertThat(last).contains("in.jsonl: not valid, 2 requests"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`[{}]` | is no input of a batch: The file is a JSON array",
        "`\n{'a':1}` | is no input of a batch: line 2: This line is not parseable as valid JSON. Column 2: a name",
        "`` | is no input of a batch: The file is empty: it has no requests.",
        "`{}` | names no url; say which one with --endpoint",
        "`{\"url\":\"v1/x\"}` | is 'v1/x'; it must be a path, such as /v1/chat/completions",
      })
  @Tag("H2")
  void fileThatIsNoInputIsSaidToBeNone(String text, String sentence) throws IOException {
    Path in = file("in.jsonl", text);

    var failure = catchThrowableOfType(CommandException.class, () -> FirstUrl.of(in));

    assertThat(failure.sentence()).contains("in.jsonl", sentence);
  }

  @ParameterizedTest
  @CsvSource({"1, 5", "2, 3", "5, 1", "6, 1"})
  void piecesAreTheFileAgain(int lines, int count) throws IOException {
    String text = "1\n\n2\r\n3\n \n4\n5";
    split(file("in.jsonl", text), lines);

    assertThat(pieces()).hasSize(count);
    assertThat(String.join("", pieces())).isEqualTo(text);
    assertThat(shells.out().lines()).hasSize(count).first().asString().contains("in-0001.jsonl");
  }

  @Test
  void piecesOfAnEarlierSplitAreNotMixedIn() throws IOException {
    Path in = file("in.jsonl", "1\n2\n");
    Files.writeString(folder.resolve("in-0007.jsonl"), "old");

    var failure = catchThrowableOfType(CommandException.class, () -> split(in, 1));

    assertThat(failure.sentence()).contains("in-0007.jsonl exists");
    assertThat(pieces()).containsExactly("old");
  }

  @Test
  void mergeEndsEveryLineAndKeepsTheOrder() throws IOException {
    Path first = file("1.jsonl", row("b").strip());
    Path second = file("2.jsonl", row("a") + "\n" + row("c").strip() + "\r\n");
    Path out = folder.resolve("out.jsonl");

    assertThat(merge(out, first, second)).isZero();

    assertThat(out).hasContent(row("b") + row("a") + row("c"));
    assertThat(shells.out()).contains("\"lines\":3");
  }

  @Test
  void customIdInTwoFilesIsRefusedWithBothPlaces() throws IOException {
    Path first = file("1.jsonl", row("a") + row("b"));
    Path second = file("2.jsonl", "\n" + row("b"));
    Path out = file("out.jsonl", "as it was");

    var failure = catchThrowableOfType(CommandException.class, () -> merge(out, first, second));

    assertThat(failure.exitCode()).isEqualTo(1);
    assertThat(shells.err())
        .contains("custom_id 'b' is in %s line 2 and in %s line 2".formatted(first, second));
    assertThat(out).hasContent("as it was");
    assertThat(folder.resolve("out.jsonl.part")).doesNotExist();
  }

  @Test
  void lineThatIsNoRequestIsNamed() throws IOException {
    Path in = file("in.jsonl", row("a") + "{");

    var failure =
        catchThrowableOfType(CommandException.class, () -> merge(folder.resolve("out.jsonl"), in));

    assertThat(failure.sentence()).startsWith(in + " line 2: This line is not parseable");
  }

  @Test
  void pathsThatCannotBeUsedAreSaidInWords() throws IOException {
    Path in = file("in.jsonl", row("a"));
    Path nowhere = folder.resolve("no").resolve("out.jsonl");

    assertThat(catchThrowableOfType(CommandException.class, () -> merge(nowhere, in)).sentence())
        .isEqualTo("%s cannot be written: there is no %s.part".formatted(nowhere, nowhere));
    assertThat(catchThrowableOfType(CommandException.class, () -> validate(nowhere)).sentence())
        .isEqualTo("there is no file " + nowhere);
  }
}
