package dev.nightjar.cli.files;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nightjar files get}. */
@Command(
    name = "get",
    description = "Shows what the server knows of a file.",
    mixinStandardHelpOptions = true)
final class FilesGet implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Of the file.")
  String id = "";

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  FilesGet(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      var file = client.get(ApiClient.path("/files", id));
      outputOptions.show(
          shell, FileView.COLUMNS, List.of(file), one -> FileView.row(one, shell.zone()));
    }
    return ExitCode.OK;
  }
}
