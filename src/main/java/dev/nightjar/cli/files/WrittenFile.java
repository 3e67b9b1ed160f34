package dev.nightjar.cli.files;

import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import dev.nightjar.terminal.Table;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A file that a command wrote on this machine. */
record WrittenFile(Path path, long lines, long bytes) {
  private static final List<Table.Column> COLUMNS =
      List.of(Table.Column.left("PATH"), Table.Column.right("LINES"), Table.Column.right("BYTES"));

  static void show(Shell shell, OutputOptions options, List<WrittenFile> files) {
    options.show(shell, COLUMNS, files.stream().map(WrittenFile::json).toList(), WrittenFile::row);
  }

  private JsonNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("path", path.toString())
        .put("lines", lines)
        .put("bytes", bytes);
  }

  private static List<String> row(JsonNode json) {
    return List.of(
        json.path("path").asString(),
        Human.number(json.path("lines").asLong()),
        Human.bytes(json.path("bytes").asLong()));
  }
}
