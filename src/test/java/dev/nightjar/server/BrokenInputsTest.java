package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.errors.BadRequestException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchError;
import dev.nightjar.Ran;
import dev.nightjar.testing.BrokenInputs;
import dev.nightjar.testing.BrokenInputs.BrokenInput;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is wrong with a file is one clear sentence: that of the server is that of the commands.
 */
@Tag("server")
@Tag("H2")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrokenInputsTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final int WRONG = 1;
  private static final int SENTENCE_CHARACTERS_MAX = 400;

  /** What a program says to its programmer. */
  private static final Pattern JAVA =
      Pattern.compile(
          "(java|javax|jdk|sun|com|org|io|tools)\\.[a-z]+\\.|Exception|Error\\b|jackson|JsonParser"
              + "|JsonToken|Unexpected (character|end)|Unrecognized token|Illegal|\\(code \\d");

  /** What the sentence about a line begins with; the rest of it is the same everywhere. */
  private static final Pattern PLACE =
      Pattern.compile(
          "^(Line \\d+: )?(This line is not parseable as valid JSON\\. Column \\d+: )?");

  private static final Pattern COLUMN = Pattern.compile(" Column \\d+\\.$");

  private Path folder = Path.of("");
  private ServerFixture fixture;
  private int files;

  @BeforeAll
  void start(@TempDir Path directory) {
    folder = directory;
    fixture = ServerFixture.start(folder.resolve("data"), ServerFixture.sim());
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  static List<BrokenInput> inputs() {
    return BrokenInputs.all();
  }

  @Test
  void corpusIsLarge() {
    assertThat(inputs()).hasSizeGreaterThanOrEqualTo(60);
    assertThat(inputs()).extracting(BrokenInput::what).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void whatIsWrongIsTheSameSentenceEverywhere(BrokenInput input) throws IOException {
    Path file = folder.resolve("in-%d.jsonl".formatted(files++));
    try (OutputStream out = Files.newOutputStream(file)) {
      input.file().writeTo(out);
    }

    String said = saidByTheServer(file);
    Ran validated = Ran.nightjar("files", "validate", file.toString());
    Ran ran =
        Ran.localRun(
            file,
            folder.resolve("out-%d.jsonl".formatted(files)),
            ServerFixture.upstream(fixture.sim.url(), 16));

    String sentence = COLUMN.matcher(PLACE.matcher(said).replaceFirst("")).replaceFirst("");
    assertThat(sentence).startsWith(input.sentence()).endsWith(".");
    assertThat(sentence).hasSizeLessThan(SENTENCE_CHARACTERS_MAX);
    assertThat(validated.code()).isEqualTo(WRONG);
    assertThat(validated.out().lines()).as("the problem, and what the file is").hasSize(2);
    assertThat(validated.out()).contains(sentence);
    assertThat(ran.code()).isEqualTo(WRONG);
    assertThat(ran.err().lines()).hasSize(1);
    assertThat(ran.err()).contains(sentence);
    for (String shown : List.of(said, validated.out(), validated.err(), ran.err())) {
      assertThat(JAVA.matcher(shown).find()).as(shown).isFalse();
    }
  }

  /** At the upload, or once the batch has failed. */
  private String saidByTheServer(Path file) throws IOException {
    OpenAIClient client = fixture.client;
    try {
      Batch batch = fixture.await(ServerFixture.create(client, CHAT, file).id());
      assertThat(batch.status()).isEqualTo(Batch.Status.FAILED);
      List<BatchError> errors = batch.errors().orElseThrow().data().orElseThrow();
      assertThat(errors).hasSize(1);
      return errors.getFirst().message().orElseThrow();
    } catch (BadRequestException e) {
      String message = String.valueOf(e.getMessage());
      String before = "Invalid file format for Batch API. Must be .jsonl. ";
      assertThat(message).contains(before);
      return message.substring(message.indexOf(before) + before.length());
    }
  }
}
