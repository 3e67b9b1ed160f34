package dev.nightjar.cli;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.cli.client.Money;
import dev.nightjar.config.SettingsException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import dev.nightjar.terminal.Table;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code nightjar usage}. */
@Command(
    name = "usage",
    description =
        "Shows tokens and money by day of UTC, project and model, of answers that are sealed.",
    mixinStandardHelpOptions = true)
public final class UsageCommand implements Callable<Integer> {
  private static final int DAYS_MAX = 31;
  private static final List<Table.Column> COLUMNS =
      List.of(
          Table.Column.left("DAY"),
          Table.Column.left("PROJECT"),
          Table.Column.left("MODEL"),
          Table.Column.right("REQUESTS"),
          Table.Column.right("INPUT"),
          Table.Column.right("CACHED"),
          Table.Column.right("OUTPUT"),
          Table.Column.right("COST"),
          Table.Column.right("SAVED"));

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "How many days, today included: 1 to 31 (${DEFAULT-VALUE}).")
  int days = 7;

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  public UsageCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    if (days < 1 || days > DAYS_MAX) {
      throw new SettingsException(
          "--days is %d; it must be from 1 to %d".formatted(days, DAYS_MAX));
    }
    LocalDate first = LocalDate.now(ZoneOffset.UTC).minusDays(days - 1L);
    String query =
        "?limit=%d&start_time=%d&group_by=project_id&group_by="
            .formatted(DAYS_MAX, first.atStartOfDay(ZoneOffset.UTC).toEpochSecond());
    try (ApiClient client = clientOptions.client(shell)) {
      JsonNode tokens = client.get("/organization/usage/completions" + query + "model");
      JsonNode costs = client.get("/organization/costs" + query + "line_item");
      outputOptions.show(shell, COLUMNS, rows(tokens, costs), UsageCommand::row);
    }
    return ExitCode.OK;
  }

  /** What one group used on one day. */
  private record Group(long day, String project, String model) {}

  private static List<JsonNode> rows(JsonNode tokens, JsonNode costs) {
    Map<Group, JsonNode> costOf = new HashMap<>();
    for (JsonNode day : costs.path("data")) {
      for (JsonNode sum : day.path("results")) {
        // Of one currency: a server has one at a time.
        costOf.put(group(day, sum, "line_item"), sum.at("/nightjar/cost"));
      }
    }
    var rows = new ArrayList<JsonNode>();
    for (JsonNode day : tokens.path("data")) {
      for (JsonNode sum : day.path("results")) {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.put("day", date(day).toString());
        for (String field :
            List.of(
                "project_id",
                "model",
                "num_model_requests",
                "input_tokens",
                "input_cached_tokens",
                "output_tokens")) {
          row.set(field, sum.path(field));
        }
        JsonNode cost = costOf.get(group(day, sum, "model"));
        row.set("cost", cost == null ? JsonNodeFactory.instance.nullNode() : cost);
        rows.add(row);
      }
    }
    return rows;
  }

  private static Group group(JsonNode day, JsonNode sum, String modelField) {
    return new Group(
        day.path("start_time").asLong(),
        sum.path("project_id").asString(""),
        sum.path(modelField).asString(""));
  }

  private static LocalDate date(JsonNode day) {
    return Instant.ofEpochSecond(day.path("start_time").asLong())
        .atZone(ZoneOffset.UTC)
        .toLocalDate();
  }

  private static List<String> row(JsonNode row) {
    return List.of(
        row.path("day").asString(),
        row.path("project_id").asString("-"),
        row.path("model").asString("-"),
        Human.number(row.path("num_model_requests")),
        Human.number(row.path("input_tokens")),
        Human.number(row.path("input_cached_tokens")),
        Human.number(row.path("output_tokens")),
        Money.of(row.path("cost"), "batch"),
        Money.of(row.path("cost"), "saved"));
  }
}
