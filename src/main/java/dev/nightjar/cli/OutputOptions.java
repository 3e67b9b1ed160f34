package dev.nightjar.cli;

import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** How data is shown: a table on a terminal, JSON lines elsewhere. */
final class OutputOptions {
  @Option(names = "--json", description = "JSON lines also on a terminal.")
  boolean isJson;

  boolean isJson(Shell shell) {
    return isJson || !shell.isTerminal();
  }

  /** A batch as the server sent it, or all that is known of it line by line. */
  void show(Shell shell, BatchCard batch) {
    if (isJson(shell)) {
      shell.out().println(batch.json());
      return;
    }
    Table.printPairs(shell.out(), batch.card(shell.zone()));
  }

  /** After its end was said on a terminal there is nothing to add. */
  void showEnded(Shell shell, BatchCard batch) {
    if (isJson(shell)) {
      show(shell, batch);
    }
  }

  /** The items as the server sent them, one a line, or as rows of a table. */
  void show(
      Shell shell,
      List<Table.Column> columns,
      List<JsonNode> items,
      Function<JsonNode, List<String>> row) {
    if (isJson(shell)) {
      items.forEach(item -> shell.out().println(item));
      return;
    }
    var table = new Table(columns);
    items.forEach(item -> table.add(row.apply(item)));
    table.print(shell.out());
  }
}
