package dev.nightjar.cli.files;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.cli.client.Money;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import dev.nightjar.terminal.Table;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code nightjar files estimate}. */
@Command(
    name = "estimate",
    description = "Shows what a file is likely to use and to cost as a batch.",
    mixinStandardHelpOptions = true)
final class FilesEstimate implements Callable<Integer> {
  private static final List<Table.Column> COLUMNS =
      List.of(
          Table.Column.left("MODEL"),
          Table.Column.right("REQUESTS"),
          Table.Column.right("INPUT"),
          Table.Column.right("OUTPUT"),
          Table.Column.right("COST"),
          Table.Column.right("SAVED"));

  @Parameters(index = "0", paramLabel = "ID", description = "Of the file.")
  String id = "";

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  FilesEstimate(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      JsonNode estimate = client.get(ApiClient.path("/files", id) + "/estimate");
      outputOptions.show(shell, COLUMNS, List.of(estimate), FilesEstimate::row);
    }
    return ExitCode.OK;
  }

  private static List<String> row(JsonNode estimate) {
    return List.of(
        estimate.path("model").asString("-"),
        Human.number(estimate.path("requests")),
        Human.number(estimate.path("input_tokens")),
        Human.number(estimate.path("output_tokens")),
        Money.of(estimate.path("cost"), "batch"),
        Money.of(estimate.path("cost"), "saved"));
  }
}
