package dev.nightjar.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.nightjar.batch.BatchError;
import dev.nightjar.batch.Chunk;
import dev.nightjar.file.JsonLines;
import dev.nightjar.store.BatchStore.ValidInput;
import dev.nightjar.store.ContentReader;
import dev.nightjar.validation.Validator.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ValidatorTest extends ValidatorFixture {
  @Test
  void validFileIsCutIntoChunksThatHoldItsLines() throws IOException {
    String text =
        "\n\n"
            + IntStream.range(0, 100)
                .mapToObj(i -> chat(i) + "\r\n\n")
                .collect(Collectors.joining());

    ValidInput validated = valid(text);

    assertThat(validated.model()).isEqualTo("m");
    assertThat(validated.lines()).isEqualTo(100);
    assertLinesAreThoseOfTheChunks(text, validated.chunks());
  }

  @Test
  void everyLineIsInOneChunkWhateverItsLength() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("ValidatorTest seed " + seed);
    var random = new Random(seed);
    for (int round = 0; round < 10; round++) {
      var text = new StringBuilder();
      int lines = 1 + random.nextInt(3_000);
      for (int i = 0; i < lines; i++) {
        String padding = " ".repeat(random.nextInt(random.nextInt(300) == 0 ? 500_000 : 50));
        text.append(padding).append(chat(i));
        text.append(
            i == lines - 1 && random.nextBoolean() ? "" : random.nextBoolean() ? "\n" : "\r\n");
        text.append(random.nextInt(10) == 0 ? " \t\n" : "");
      }

      assertLinesAreThoseOfTheChunks(text.toString(), valid(text.toString()).chunks());
    }
  }

  @Test
  void duplicateIdsAreFoundAlsoWhenTheyAreEscapedDifferently() throws IOException {
    String twice = "{\"model\":\"m\",\"messages\":[]}";
    String text =
        line("a", twice) + "\n" + chat(1) + "\n" + line("\\u0061", twice) + "\n" + line("a", twice);

    assertErrors(text)
        .containsExactly(
            tuple("duplicate_custom_id", "custom_id", 3L),
            tuple("duplicate_custom_id", "custom_id", 4L));
    assertThat(invalid(text).getFirst().message())
        .startsWith(
            "The custom_id 'a' for this request is a duplicate of another request. The custom_id"
                + " parameter must be unique for each request in a batch.")
        .contains("line 1");
  }

  @Test
  void collisionOfHashesHarmsNoHonestId() throws IOException {
    String text = chats(3_000);
    for (long mask : new long[] {0, 1, 0x3FF, 0x7FF}) {
      hashMask = mask;

      assertThat(valid(text).lines()).as("mask %d", mask).isEqualTo(3_000);
    }
  }

  @Test
  void duplicateIsFoundAmongCollisions() throws IOException {
    hashMask = 0;

    assertErrors(chats(100) + chat(7))
        .containsExactly(tuple("duplicate_custom_id", "custom_id", 101L));
  }

  @Test
  void halfASurrogatePairIsAnIdAndItsErrorCanBeWritten() throws IOException {
    String body = "{\"model\":\"m\",\"messages\":[]}";
    String text = line("\\ud800", body) + "\n" + line("\\ud801", body) + "\n";

    assertThat(valid(text).lines()).isEqualTo(2);

    List<BatchError> errors = invalid(text + line("\\uD800", body));
    assertThat(errors).singleElement().extracting(BatchError::line).isEqualTo(3L);
    assertThat(JsonMapper.shared().writeValueAsBytes(errors)).isNotEmpty();
    assertThat(errors.getFirst().message()).startsWith("The custom_id '\ufffd' for");
  }

  @Test
  void modelThatCannotBeWrittenIsNotSupported() throws IOException {
    for (String model : List.of("\\ud800", "a\\u0000b", "a\\nb", "m".repeat(100_000))) {
      List<BatchError> errors = invalid(chat(1).replace("\"m\"", "\"" + model + "\""));

      assertThat(errors)
          .extracting(BatchError::code, BatchError::param, BatchError::line)
          .containsExactly(tuple("model_not_found", "body.model", 1L));
      assertThat(errors.getFirst().message()).hasSizeLessThan(500);
      assertThat(JsonMapper.shared().writeValueAsBytes(errors)).isNotEmpty();
    }
  }

  @Test
  void messagesStayShortWhateverTheLineSays() throws IOException {
    String huge = "💥".repeat(50_000);
    String bad = line(huge, "{\"model\":\"m\",\"messages\":[]}").replace("POST", huge);

    List<BatchError> errors = invalid(bad + "\n" + bad);

    assertThat(errors)
        .extracting(BatchError::code)
        .containsExactly("invalid_method", "invalid_method", "duplicate_custom_id");
    assertThat(errors)
        .extracting(error -> error.message().length())
        .allMatch(length -> length < 500);
    assertThat(errors.getFirst().message()).contains("💥…").doesNotContain("\ufffd");
  }

  @Test
  void thousandProblemsAreListedAndAllAreCounted() throws IOException {
    List<BatchError> errors = invalid(chat(1) + "\n" + "{\n".repeat(2_345));

    assertThat(errors).hasSize(1_000);
    assertThat(errors.subList(0, 999)).allMatch(error -> error.code().equals("invalid_json_line"));
    assertThat(errors.getLast().code()).isEqualTo("too_many_errors");
    assertThat(errors.getLast().message()).startsWith("2345 problems were found; the first 999");
    assertThat(invalid(chat(1) + "\n" + "{\n".repeat(1_000)))
        .hasSize(1_000)
        .allMatch(error -> error.code().equals("invalid_json_line"));
  }

  @Test
  void duplicatesAreAllCountedToo() throws IOException {
    String text = chats(2_000);

    List<BatchError> errors = invalid(text + text + text);

    assertThat(errors).hasSize(1_000);
    assertThat(errors.getLast().message()).startsWith("4000 problems were found");
  }

  @ParameterizedTest
  @ValueSource(strings = {"id,text", "\u001a", "{\"model\":\"m\",\"messages\":[]}"})
  @Tag("H2")
  void whatAllLinesHaveIsSaidOnceWithHowManyTheyAre(String line) throws IOException {
    assertThat(invalid(line + "\n"))
        .singleElement()
        .satisfies(error -> assertThat(error.message()).doesNotContain("like this"));
    List<BatchError> errors = invalid("\n" + (line + "\n").repeat(2_000) + "{\n" + chat(1));
    assertThat(errors)
        .extracting(BatchError::line, error -> error.message().endsWith("like this."))
        .containsExactly(tuple(2L, true), tuple(2_002L, false));
    assertThat(errors.getFirst().message()).contains(". 2000 lines of the file are like this.");
  }

  @Test
  @Tag("H2")
  void whatTheFirstLineDoesNotHaveIsSaidOfEachLine() throws IOException {
    assertErrors(chat(1) + "\nprose\nmore prose\n")
        .containsExactly(
            tuple("invalid_json_line", null, 2L), tuple("invalid_json_line", null, 3L));
  }

  @Test
  @Tag("H2")
  void fileOfAnotherShapeHasOneProblem() throws IOException {
    assertThat(invalid("[\n" + chat(1) + ",\n" + chat(2) + "\n]\n"))
        .singleElement()
        .extracting(BatchError::message)
        .asString()
        .startsWith("The file is a JSON array");
    assertErrors(chats(3).replace('\n', '\r')).hasSize(1);
  }

  @Test
  void fileWithoutRequestsIsEmpty() throws IOException {
    assertErrors("").containsExactly(tuple("empty_file", null, null));
    assertErrors("\n \n\r\n\t").containsExactly(tuple("empty_file", null, null));
    assertErrors(" \n".repeat(2 << 20)).containsExactly(tuple("empty_file", null, null));
  }

  @Test
  void linesAreCountedAndTooManyRefused() throws IOException {
    limits = new InputLimits(10, 1 << 20, false);

    assertThat(valid(chats(10) + "\n\n").lines()).isEqualTo(10);
    List<BatchError> errors = invalid(chats(10) + "\n" + chat(10) + "\nx");
    assertThat(errors).singleElement().extracting(BatchError::code).isEqualTo("too_many_requests");
    assertThat(errors.getFirst().message()).contains("has 12 requests; a batch may have 10");
  }

  @Test
  void lineOverTheLimitIsReported() throws IOException {
    limits = new InputLimits(10, 1_000, false);
    String fitting = chat(1) + " ".repeat(1_000 - chat(1).length());

    assertThat(valid(fitting + "\r\n").lines()).isEqualTo(1);
    assertErrors(fitting + " \n" + chat(2) + "\n" + " ".repeat(1_001))
        .containsExactly(tuple("line_too_long", null, 1L), tuple("line_too_long", null, 3L));
  }

  @Test
  void cancelIsHeardInTheMiddle() throws IOException {
    String text = chats(40_000);

    assertThat(looks(text)).isGreaterThan(text.length() >> 21);
    assertCancelledAtEachLook(text);
  }

  @Test
  void cancelIsHeardInTheSearchForDuplicates() throws IOException {
    String text = chats(40_000) + chat(0);

    assertThat(looks(text)).isEqualTo(2 * looks(chats(40_000)));
    assertCancelledAtEachLook(text);
  }

  @Test
  void cancelIsHeardAmongFewLongLines() throws IOException {
    String text = (chat(1) + " ".repeat(900_000) + "\n").repeat(10);

    assertThat(looks(text)).isGreaterThanOrEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 99, 5_000})
  @Tag("K4")
  void validationInSlicesFindsWhatOneInOneGoFinds(long bytes) throws IOException {
    String good = "\n" + chats(300) + " \n";
    String bad = chats(40) + "{\n\n" + chat(7) + "\r\n" + chats(2) + line("x", "7");

    assertThat(inSlices(good, bytes)).isEqualTo(run(good, () -> false));
    assertThat(inSlices(bad, bytes)).isEqualTo(run(bad, () -> false));
    assertThat(inSlices("", bytes)).isEqualTo(run("", () -> false));
  }

  private Outcome inSlices(String text, long bytes) throws IOException {
    var rules = new LineRules(endpoint);
    try (ContentReader input = reader(text)) {
      var validator = new Validator(input, rules, limits, new CustomIds(42, -1), () -> false);
      int slices = 1;
      Optional<Outcome> outcome = validator.advance(1, bytes);
      while (outcome.isEmpty()) {
        outcome = validator.advance(1, bytes);
        slices++;
      }
      assertThat(slices).isGreaterThanOrEqualTo((int) (text.length() / (bytes + 200)));
      return outcome.get();
    }
  }

  private int looks(String text) throws IOException {
    var looks = new AtomicInteger();
    run(text, () -> looks.incrementAndGet() < 0);
    return looks.get();
  }

  private void assertCancelledAtEachLook(String text) throws IOException {
    for (int last = looks(text); last > 0; last--) {
      int at = last;
      var looks = new AtomicInteger();

      assertThat(run(text, () -> looks.incrementAndGet() >= at))
          .as("look %d", at)
          .isInstanceOf(Outcome.Cancelled.class);
      assertThat(looks).hasValue(at);
    }
  }

  private void assertLinesAreThoseOfTheChunks(String text, List<Chunk> chunks) throws IOException {
    List<String> expected =
        text.lines().map(String::strip).filter(line -> !line.isBlank()).toList();
    int at = 0;
    try (ContentReader reader = reader(text)) {
      for (Chunk chunk : chunks) {
        var lines = new JsonLines(reader.stream(chunk.offset(), chunk.length()), 1 << 20);
        assertThat(chunk.firstLine()).isEqualTo(at);
        int found = 0;
        while (lines.next()) {
          if (!lines.isBlank()) {
            assertThat(lines.line().utf8().strip()).isEqualTo(expected.get(at++));
            found++;
          }
        }
        assertThat(found).isEqualTo(chunk.lines());
      }
    }
    assertThat(at).isEqualTo(expected.size());
  }
}
