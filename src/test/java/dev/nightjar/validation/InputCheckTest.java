package dev.nightjar.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check before an upload says what the server's validation says. */
class InputCheckTest extends ValidatorFixture {
  @TempDir private Path folder;

  private InputCheck.Report check(String text) throws IOException {
    Path path = Files.writeString(folder.resolve("in.jsonl"), text);
    return InputCheck.of(path, endpoint, limits, 42);
  }

  @Test
  void problemsAreThoseOfTheServer() throws IOException {
    String text =
        chat(1)
            + "\n\nnot json\n{\"custom_id\":\"a\"}\n"
            + chat(1)
            + "\n"
            + line("b", "{\"model\":\"other\",\"messages\":[],\"stream\":true}");

    assertThat(check(text).errors()).hasSize(7).isEqualTo(invalid(text));
  }

  @Test
  void moreProblemsThanAreListedAreCountedAsTheServerDoes() throws IOException {
    String text = "{}\n".repeat(400);

    assertThat(check(text).errors()).hasSize(Validator.ERRORS_MAX).isEqualTo(invalid(text));
  }

  @Test
  void contentIsCounted() throws IOException {
    limits = new InputLimits(50_000, 1 << 20, true);
    String body = "{\"model\":\"m\",\"messages\":[]}";
    String text = line("a", body) + "\n\n" + line("b", body.replace("\"m\"", "\"n\"")) + "\n";

    InputCheck.Report report = check(text);

    assertThat(report)
        .isEqualTo(
            new InputCheck.Report(
                List.of(), 2, text.length(), Map.of("m", 1L, "n", 1L), 2L * body.length() / 4));
  }
}
