package dev.nightjar.cli.files;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
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
    outputOptions.showDeleted(shell, deleted);
    return code;
  }
}
