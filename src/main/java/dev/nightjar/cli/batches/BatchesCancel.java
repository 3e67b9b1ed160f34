package dev.nightjar.cli.batches;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nightjar batches cancel}. */
@Command(
    name = "cancel",
    description =
        "Cancels a batch: nothing more of it is sent, and what was answered can be downloaded.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it is being cancelled; with --wait: it was cancelled, or had completed before",
      "1:it cannot be cancelled, or the command is wrong",
      "2:with --wait: it had completed before, and some lines failed",
      "5:the server refuses the key",
      "6:the server cannot be reached",
      "124:with --wait: not within the timeout"
    })
final class BatchesCancel implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Of the batch.")
  String id = "";

  @Option(names = "--wait", description = "Until it has ended: calls in flight may end first.")
  boolean isWaiting;

  @Mixin TimeoutOption timeout = new TimeoutOption();
  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  BatchesCancel(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      var batch = new BatchCard(client.post(ApiClient.path("/batches", id) + "/cancel", null));
      if (!isWaiting) {
        batch.show(shell, outputOptions);
        return ExitCode.OK;
      }
      BatchCard ended = new BatchWait(shell, client, id, false, timeout.value()).run();
      ended.showEnded(shell, outputOptions);
      int code = ended.exitCode();
      return code == ExitCode.CANCELLED ? ExitCode.OK : code;
    }
  }
}
