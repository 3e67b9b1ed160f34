package dev.nightjar.cli.batches;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.cli.client.Listing;
import dev.nightjar.config.DurationText;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code nightjar batches list}. */
@Command(
    name = "list",
    description = "Lists batches, the newest first.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  nightjar batches list --status in_progress",
      "  nightjar batches list --created-after 7d --metadata team=evals --limit 1000"
    })
final class BatchesList implements Callable<Integer> {
  private static final int PAGE_MAX = 100;

  @Option(names = "--status", paramLabel = "STATUS", description = "Only those that are so.")
  @Nullable String status;

  @Option(names = "--model", paramLabel = "MODEL", description = "Only those for it.")
  @Nullable String model;

  @Option(
      names = "--metadata",
      paramLabel = "KEY=VALUE",
      description = "Only those with it; may repeat.")
  Map<String, String> metadata = new LinkedHashMap<>();

  @Option(
      names = "--created-after",
      paramLabel = "WHEN",
      description = "Such as 7d (ago), 2026-11-20 or 2026-11-20T10:00:00Z.")
  @Nullable String createdAfter;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many at the most (${DEFAULT-VALUE}).")
  int limit = 20;

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  BatchesList(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    var batches = new ArrayList<JsonNode>();
    String path = path();
    try (ApiClient client = clientOptions.client(shell)) {
      new Listing(path, PAGE_MAX).read(client, limit, batches::add);
    }
    outputOptions.show(
        shell, BatchCard.COLUMNS, batches, batch -> new BatchCard(batch).row(shell.zone()));
    return ExitCode.OK;
  }

  String path() {
    List<String> query = new ArrayList<>();
    add(query, "status", status);
    add(query, "model", model);
    metadata.forEach((key, value) -> add(query, "metadata." + key, value));
    if (createdAfter != null) {
      add(query, "created_after", Long.toString(time(createdAfter).getEpochSecond()));
    }
    return "/batches" + (query.isEmpty() ? "" : "?" + String.join("&", query));
  }

  private static void add(List<String> query, String name, @Nullable String value) {
    if (value != null) {
      query.add(ApiClient.encoded(name) + "=" + ApiClient.encoded(value));
    }
  }

  /** A date or time without a zone is of this machine's. */
  private Instant time(String text) {
    if (text.matches("\\d+(ms|s|m|h|d)")) {
      return shell.clock().instant().minus(DurationText.parse("--created-after", text));
    }
    try {
      if (text.matches("\\d{4}-\\d{2}-\\d{2}")) {
        return LocalDate.parse(text).atStartOfDay(shell.zone()).toInstant();
      }
      boolean hasZone = text.matches(".*T.*(Z|[+-]\\d{2}:?\\d{2})");
      return hasZone
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDateTime.parse(text).atZone(shell.zone()).toInstant();
    } catch (DateTimeException _) {
      throw CommandException.wrong(
          "--created-after is '%s'; write 7d, 2026-11-20 or 2026-11-20T10:00:00Z".formatted(text));
    }
  }
}
