package dev.nightjar.cli.batches;

import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.cli.client.ProblemLine;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import dev.nightjar.terminal.Table;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A batch as the API tells of it, read for people: a row, a card, a sentence. */
record BatchCard(JsonNode json) {
  static final List<Table.Column> COLUMNS =
      List.of(
          Table.Column.left("ID"),
          Table.Column.left("STATUS"),
          Table.Column.right("DONE"),
          Table.Column.right("FAILED"),
          Table.Column.right("TOTAL"),
          Table.Column.left("MODEL"),
          Table.Column.left("CREATED"),
          Table.Column.left("TOOK"));

  private static final Set<String> ENDED = Set.of("completed", "failed", "expired", "cancelled");

  private static final String OVER_QUOTA = "token_limit_exceeded";

  /** What the card says in its own words; it shows anything else as it came. */
  private static final Set<String> KNOWN =
      Set.of("id", "object", "status", "errors", "request_counts", "usage", "metadata");

  String id() {
    return text("id");
  }

  String status() {
    return text("status");
  }

  boolean hasEnded() {
    return ENDED.contains(status());
  }

  /** Of a file or model; null when there is none. Some servers say "" for that. */
  @Nullable String named(String field) {
    String value = json.path(field).asString("");
    return value.isEmpty() ? null : value;
  }

  RequestCounts counts() {
    JsonNode counts = json.path("request_counts");
    return new RequestCounts(
        counts.path("total").asLong(0),
        counts.path("completed").asLong(0),
        counts.path("failed").asLong(0));
  }

  Usage usage() {
    JsonNode usage = json.path("usage");
    return new Usage(
        usage.path("input_tokens").asLong(0),
        usage.path("input_tokens_details").path("cached_tokens").asLong(0),
        usage.path("output_tokens").asLong(0),
        usage.path("output_tokens_details").path("reasoning_tokens").asLong(0));
  }

  /** Why it does not go on; null when it does. */
  @Nullable String reason() {
    String reason = json.path("nightjar").path("progress").path("reason").asString("");
    return reason.isEmpty() ? null : Human.printable(reason);
  }

  List<String> row(ZoneId zone) {
    RequestCounts counts = counts();
    return List.of(
        id(),
        status(),
        Human.number(counts.completed() + counts.failed()),
        Human.number(counts.failed()),
        Human.number(counts.total()),
        text("model"),
        Human.time(json.path("created_at"), zone),
        took());
  }

  /** From its creation to its end; {@code -} before that. */
  String took() {
    JsonNode end = json.path(status() + "_at");
    return hasEnded() && end.isNumber()
        ? Human.seconds(Duration.ofSeconds(end.asLong() - json.path("created_at").asLong(0)))
        : "-";
  }

  /** How it ended, as in {@code batch_x completed: 500 of 500 done, 3 failed, took 3m 12s}. */
  String ending() {
    if (status().equals("failed")) {
      String code = json.path("errors").path("data").path(0).path("code").asString("");
      String why =
          code.equals(OVER_QUOTA) ? "its project has no room for it" : "its input is not valid";
      return "%s failed: %s, and nothing was run".formatted(id(), why);
    }
    return "%s %s: %s, took %s".formatted(id(), status(), done(), took());
  }

  private String done() {
    RequestCounts counts = counts();
    return "%s of %s done, %s failed"
        .formatted(
            Human.number(counts.completed() + counts.failed()),
            Human.number(counts.total()),
            Human.number(counts.failed()));
  }

  /** What is wrong with its input, a line each. */
  List<String> problems() {
    var lines = new ArrayList<String>();
    for (JsonNode error : json.path("errors").path("data")) {
      lines.add(ProblemLine.of(error));
    }
    return lines;
  }

  /** All that is known of it: names and values. */
  List<List<String>> card(ZoneId zone) {
    var card = new ArrayList<List<String>>();
    card.add(List.of("id", id()));
    card.add(List.of("status", reason() == null ? status() : status() + ", waiting: " + reason()));
    card.add(List.of("requests", done()));
    Usage usage = usage();
    card.add(
        List.of(
            "tokens",
            "%s in (%s cached), %s out (%s reasoning)"
                .formatted(
                    Human.number(usage.input()),
                    Human.number(usage.cached()),
                    Human.number(usage.output()),
                    Human.number(usage.reasoning()))));
    json.properties().stream()
        .filter(field -> !KNOWN.contains(field.getKey()))
        .forEach(field -> addFlat(card, field.getKey(), field.getValue(), zone));
    json.path("metadata")
        .properties()
        .forEach(pair -> addFlat(card, "metadata." + pair.getKey(), pair.getValue(), zone));
    problems().forEach(problem -> card.add(List.of("error", problem)));
    return card;
  }

  /** As the server sent it, or all that is known of it line by line. */
  void show(Shell shell, OutputOptions options) {
    options.show(shell, json, _ -> card(shell.zone()));
  }

  /** After its end was said on a terminal there is nothing to add. */
  void showEnded(Shell shell, OutputOptions options) {
    if (options.isJson(shell)) {
      show(shell, options);
    }
  }

  /** How it did, once it has ended. */
  int exitCode() {
    return switch (status()) {
      case "completed" -> counts().failed() > 0 ? ExitCode.SOME_FAILED : ExitCode.OK;
      case "expired" -> ExitCode.EXPIRED;
      case "cancelled" -> ExitCode.CANCELLED;
      default -> ExitCode.WRONG;
    };
  }

  private static void addFlat(List<List<String>> card, String name, JsonNode value, ZoneId zone) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(field -> addFlat(card, name + "." + field.getKey(), field.getValue(), zone));
    } else if (!value.isNull()) {
      boolean isTime = name.endsWith("_at") && value.isIntegralNumber();
      String shown = value.isValueNode() ? value.asString() : value.toString();
      card.add(List.of(name, isTime ? Human.time(value.asLong(), zone) : shown));
    }
  }

  private String text(String field) {
    String value = json.path(field).asString("");
    return value.isEmpty() ? "-" : value;
  }
}
