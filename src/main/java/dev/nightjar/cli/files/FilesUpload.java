package dev.nightjar.cli.files;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.cli.client.FormUpload;
import dev.nightjar.config.DurationText;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nightjar files upload}. */
@Command(
    name = "upload",
    description = "Uploads a file and shows what the server calls it.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  nightjar files upload in.jsonl",
      "  zcat in.jsonl.gz | nightjar files upload - --expires-after 7d"
    })
final class FilesUpload implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "PATH", description = "The file; - for standard input.")
  String path = "";

  @Option(
      names = "--purpose",
      paramLabel = "NAME",
      description = "What it is for (${DEFAULT-VALUE}).")
  String purpose = "batch";

  @Option(
      names = "--expires-after",
      paramLabel = "TIME",
      description = "Such as 12h or 7d (default: the server's, 30d for a batch's input).")
  @Nullable String expiresAfter;

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  FilesUpload(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    var life = expiresAfter == null ? null : DurationText.parse("--expires-after", expiresAfter);
    try (ApiClient client = clientOptions.client(shell)) {
      var file = new FormUpload(shell, path, purpose, life).send(client);
      outputOptions.show(
          shell, FileView.COLUMNS, List.of(file), one -> FileView.row(one, shell.zone()));
    }
    return ExitCode.OK;
  }
}
