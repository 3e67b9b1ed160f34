package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.sim.ErrorRates;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Every line comes back exactly once, in input order, whatever the upstream does. */
@Tag("server")
@Order(1)
class ExactnessTest {
  private static final int PERMANENT_FAILURE_EVERY = 100;

  @TempDir Path folder;

  @Test
  void fiftyThousandLinesThroughAnErrorMixComeBackOnceEachInOrder() throws IOException {
    int lines = 50_000;
    SimOptions errors =
        ServerFixture.sim()
            .withErrors(
                ErrorRates.parse(
                    "429=1,500=1,503=1,reset=0.7,truncated=0.5,garbage=0.3,pretty=0.3,u2028=0.2"));
    System.err.println("seed " + errors.seed());
    try (var fixture = ServerFixture.start(folder.resolve("data"), errors)) {
      Path input =
          ServerFixture.chatLines(
              folder.resolve("in.jsonl"),
              lines,
              i -> i % PERMANENT_FAILURE_EVERY == 7 ? ",\"user\":\"sim:400\"" : "");

      Batch batch = fixture.await(fixture.create("/v1/chat/completions", input).id());

      assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
      List<String> output = fixture.lines(batch.outputFileId().orElseThrow());
      List<String> failed = fixture.lines(batch.errorFileId().orElseThrow());
      assertThat(output.size() + failed.size()).isEqualTo(lines);
      assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(output.size());
      assertThat(batch.requestCounts().orElseThrow().failed()).isEqualTo(failed.size());
      assertThat(failed).hasSizeGreaterThanOrEqualTo(lines / PERMANENT_FAILURE_EVERY);
      assertInOrder(output);
      assertInOrder(failed);
      var ids = new HashSet<>(ServerFixture.customIds(output.stream()));
      ids.addAll(ServerFixture.customIds(failed.stream()));
      assertThat(ids).hasSize(lines);
      assertThat(batch.usage().orElseThrow().totalTokens()).isEqualTo(tokens(output));
      assertThat(fixture.sim.counters().worked().values())
          .as("nothing that was answered was asked again")
          .allMatch(times -> times == 1);
      assertThat(fixture.sim.counters().peakInFlight()).isLessThanOrEqualTo(256);
    }
  }

  @Test
  void answersBelongToTheirRows() throws IOException {
    try (var fixture = ServerFixture.start(folder.resolve("data"), SimOptions.defaults())) {
      Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 500, _ -> "");

      Batch batch = fixture.await(fixture.create("/v1/chat/completions", input).id());

      for (String line : fixture.lines(batch.outputFileId().orElseThrow())) {
        JsonNode answer = Json.read(line);
        String row = answer.path("custom_id").asString().substring("row-".length());
        String text = answer.at("/response/body/choices/0/message/content").asString();
        assertThat(text).isEqualTo("Simulated answer to: Question " + row);
      }
    }
  }

  @Test
  void answersTooLargeForMemoryAndLongLinesComeBackWhole() throws IOException {
    String text = "word ".repeat(40_000);
    String inputs = String.join(",", Collections.nCopies(100, "\"a\""));
    Path input = folder.resolve("in.jsonl");
    var lines = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      lines.append(
          "{\"custom_id\":\"row-%d\",\"method\":\"POST\",\"url\":\"/v1/embeddings\",\"body\":{\"model\":\"m\",\"input\":[%s,\"%s\"],\"dimensions\":1536}}%n"
              .formatted(i, inputs, text));
    }
    Files.writeString(input, lines);
    try (var fixture = ServerFixture.start(folder.resolve("data"), ServerFixture.sim())) {
      Batch batch = fixture.await(fixture.create("/v1/embeddings", input).id());

      List<String> output = fixture.lines(batch.outputFileId().orElseThrow());
      assertThat(output).hasSize(8).allMatch(line -> line.length() > 1 << 20);
      assertInOrder(output);
      for (String line : output) {
        assertThat(Json.read(line).at("/response/body/data").size()).isEqualTo(101);
        assertThat(Json.read(line).path("error").isNull()).isTrue();
      }
      assertThat(batch.usage().orElseThrow().inputTokens())
          .isEqualTo(
              output.stream()
                  .mapToLong(
                      line -> Json.read(line).at("/response/body/usage/prompt_tokens").asLong())
                  .sum())
          .isPositive();
    }
  }

  private static void assertInOrder(List<String> lines) {
    var rows = new ArrayList<Integer>();
    for (String id : ServerFixture.customIds(lines.stream())) {
      rows.add(Integer.valueOf(id.substring("row-".length())));
    }
    assertThat(rows).isSorted().doesNotHaveDuplicates();
  }

  private static long tokens(List<String> output) {
    return output.stream()
        .mapToLong(line -> Json.read(line).at("/response/body/usage/total_tokens").asLong())
        .sum();
  }
}
