package dev.nightjar.terminal;

import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** How data is shown: a table on a terminal, JSON lines elsewhere. */
public final class OutputOptions {
  private static final List<Table.Column> DELETED =
      List.of(Table.Column.left("ID"), Table.Column.left("DELETED"));

  @Option(names = "--json", description = "JSON lines also on a terminal.")
  boolean isJson;

  public boolean isJson(Shell shell) {
    return isJson || !shell.isTerminal();
  }

  /** One item as the server sent it, or what is known of it: names and values. */
  public void show(Shell shell, JsonNode item, Function<JsonNode, List<List<String>>> pairs) {
    if (isJson(shell)) {
      shell.out().println(item);
      return;
    }
    Table.printPairs(shell.out(), pairs.apply(item));
  }

  /** What the server says of things that were deleted. */
  public void showDeleted(Shell shell, List<JsonNode> deleted) {
    show(
        shell,
        DELETED,
        deleted,
        one -> List.of(one.path("id").asString("-"), one.path("deleted").asString("-")));
  }

  /** The items as the server sent them, one a line, or as rows of a table. */
  public void show(
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
