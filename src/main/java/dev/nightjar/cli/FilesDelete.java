package dev.nightjar.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code nightjar files delete}. */
@Command(
    name = "delete",
    description = "Deletes files. One that cannot be deleted does not keep the others.",
    mixinStandardHelpOptions = true)
final class FilesDelete implements Callable<Integer> {
  static final List<Table.Column> COLUMNS =
      List.of(Table.Column.left("ID"), Table.Column.left("DELETED"));

  @Parameters(arity = "1..*", paramLabel = "ID", description = "Of the files.")
  List<String> ids = new ArrayList<>();

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  FilesDelete(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    var deleted = new ArrayList<JsonNode>();
    int code = ExitCode.OK;
    try (ApiClient client = clientOptions.client(shell)) {
      for (String id : ids) {
        try {
          deleted.add(client.delete(ApiClient.path("/files", id)));
        } catch (CommandException e) {
          shell.say(e.sentence());
          code = e.exitCode();
          if (code != ExitCode.WRONG) {
            break; // The next one would meet the same.
          }
        }
      }
    }
    outputOptions.show(shell, COLUMNS, deleted, FilesDelete::row);
    return code;
  }

  static List<String> row(JsonNode deleted) {
    return List.of(deleted.path("id").asString("-"), deleted.path("deleted").asString("-"));
  }
}
