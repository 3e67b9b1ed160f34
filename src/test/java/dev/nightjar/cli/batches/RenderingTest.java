package dev.nightjar.cli.batches;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ProblemLine;
import dev.nightjar.cli.client.StubApi;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shells;
import dev.nightjar.terminal.Table;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How what a server says looks on a terminal and in a pipe. */
class RenderingTest {
  private static final String RUNNING =
      """
      {"id":"batch_1","object":"batch","status":"in_progress","model":"m","created_at":1763632800,
       "output_file_id":"","error_file_id":null,"completed_at":null,"metadata":{"team":"evals"},
       "request_counts":{"total":1500,"completed":1200,"failed":34},
       "usage":{"input_tokens":1234567,"output_tokens":89},
       "nightjar":{"progress":{"reason":"the upstream is down"},"cost":{"total":"0.10"}}}
      """;

  private final Shells shells = new Shells();

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  private static BatchCard ended(String status, int completed, int failed) {
    return new BatchCard(
        json(
            """
            {"id":"batch_1","status":"%s","created_at":1000,"%s_at":1192,
             "request_counts":{"total":1500,"completed":%d,"failed":%d}}
            """
                .formatted(status, status, completed, failed)));
  }

  @Test
  void cardShowsAlsoWhatItDoesNotKnow() {
    List<List<String>> card = new BatchCard(json(RUNNING)).card(ZoneOffset.UTC);

    assertThat(card)
        .contains(
            List.of("status", "in_progress, waiting: the upstream is down"),
            List.of("requests", "1,234 of 1,500 done, 34 failed"),
            List.of("tokens", "1,234,567 in (0 cached), 89 out (0 reasoning)"),
            List.of("created_at", "2025-11-20 10:00:00"),
            List.of("nightjar.cost.total", "0.10"),
            List.of("metadata.team", "evals"))
        .doesNotContain(List.of("completed_at", "null"));
  }

  @Test
  void noFileIsNoFileHoweverItIsWritten() {
    var batch = new BatchCard(json(RUNNING));

    assertThat(batch.named("output_file_id")).isNull();
    assertThat(batch.named("error_file_id")).isNull();
    assertThat(batch.named("model")).isEqualTo("m");
  }

  @Test
  void pipeGetsWhatTheServerSent() throws Exception {
    String odd = "{\"id\":\"f\",\"cost\":0.0000001230,\"new\":{\"a\":[1,null,\"ä\"]}}";
    try (var stub = new StubApi(StubApi.answer(200, odd));
        ApiClient client = stub.client()) {
      new OutputOptions()
          .show(shells.shell(), List.of(), List.of(client.get("/files/f")), _ -> List.of());
    }

    assertThat(shells.out())
        .isEqualToNormalizingNewlines(odd.replace("0.0000001230", "1.230E-7") + "\n");
  }

  @Test
  void terminalGetsAlignedColumns() {
    var table = List.of(Table.Column.left("NAME"), Table.Column.right("BYTES"));
    var items = List.of(json("[\"a\",\"1\"]"), json("[\"lo\\u001bng\",\"1,234\"]"));

    new OutputOptions()
        .show(
            shells.shell(Map.of(), true),
            table,
            items,
            item -> List.of(item.get(0).asString(), item.get(1).asString()));

    assertThat(shells.out().lines())
        .containsExactly("NAME   BYTES", "a          1", "lo ng  1,234");
  }

  @ParameterizedTest
  @CsvSource({
    "completed, 1500, 0, 0",
    "completed, 1499, 1, 2",
    "completed, 0, 1500, 2",
    "expired, 3, 1, 3",
    "cancelled, 3, 1, 4",
    "failed, 0, 0, 1",
    "odd, 0, 0, 1"
  })
  void exitCodeTellsTheEnd(String status, int completed, int failed, int code) {
    assertThat(ended(status, completed, failed).exitCode()).isEqualTo(code);
  }

  @Test
  void endIsASentence() {
    assertThat(ended("completed", 1497, 3).ending())
        .isEqualTo("batch_1 completed: 1,500 of 1,500 done, 3 failed, took 3m 12s");
    assertThat(ended("failed", 0, 0).ending()).startsWith("batch_1 failed: its input is not valid");
  }

  @Test
  @Tag("H2")
  void refusalOfTheQuotaIsNotBlamedOnTheInput() {
    var batch =
        json(
            """
            {"id":"batch_1","status":"failed","errors":{"object":"list","data":[
              {"code":"token_limit_exceeded","message":"Enqueued token limit reached.","line":null}]}}
            """);

    assertThat(new BatchCard(batch).ending())
        .isEqualTo("batch_1 failed: its project has no room for it, and nothing was run");
    assertThat(new BatchCard(batch).problems())
        .containsExactly("Enqueued token limit reached. (token_limit_exceeded)");
  }

  @Test
  void columnStandsInFrontWhereverTheMessageHasIt() {
    assertThat(ProblemLine.of(problem("invalid_type", "Invalid type for 'url'. Column 7.", 3)))
        .isEqualTo("line 3, column 7: Invalid type for 'url'. (invalid_type)");
    assertThat(ProblemLine.of(json("{\"code\":\"empty_file\",\"message\":\"No requests.\"}")))
        .isEqualTo("No requests. (empty_file)");
  }

  private static JsonNode problem(String code, String message, int line) {
    return json("{\"code\":\"%s\",\"message\":\"%s\",\"line\":%d}".formatted(code, message, line));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.0 kB",
    "999949, 999.9 kB",
    "999950, 1.0 MB",
    "1234567890, 1.2 GB",
    "9223372036854775807, 9.2 EB"
  })
  void bytesAreReadable(long bytes, String text) {
    assertThat(Human.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "400, 0.4s",
    "59900, 59.9s",
    "192000, 3m 12s",
    "7500000, 2h 05m",
    "273600000, 3d 04h"
  })
  void durationsAreReadable(long millis, String text) {
    assertThat(Human.duration(Duration.ofMillis(millis))).isEqualTo(text);
  }
}
