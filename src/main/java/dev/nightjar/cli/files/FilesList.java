package dev.nightjar.cli.files;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.cli.client.Listing;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code nightjar files list}. */
@Command(
    name = "list",
    description = "Lists files, the newest first.",
    mixinStandardHelpOptions = true)
final class FilesList implements Callable<Integer> {
  private static final int PAGE_MAX = 1_000;

  @Option(names = "--purpose", paramLabel = "NAME", description = "Only those for this.")
  @Nullable String purpose;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many at the most (${DEFAULT-VALUE}).")
  int limit = 100;

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  FilesList(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    String query = purpose == null ? "" : "?purpose=" + ApiClient.encoded(purpose);
    var files = new ArrayList<JsonNode>();
    try (ApiClient client = clientOptions.client(shell)) {
      new Listing("/files" + query, PAGE_MAX).read(client, limit, files::add);
    }
    outputOptions.show(shell, FileView.COLUMNS, files, file -> FileView.row(file, shell.zone()));
    return ExitCode.OK;
  }
}
