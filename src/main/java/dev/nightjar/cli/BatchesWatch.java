package dev.nightjar.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nightjar batches watch}. */
@Command(
    name = "watch",
    description =
        "Shows how a batch goes on until it has ended. Ctrl-C ends the watching, not the batch.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:completed, all lines were answered",
      "1:it failed, or the command is wrong",
      "2:completed, and some lines failed",
      "3:it expired",
      "4:it was cancelled",
      "5:the server refuses the key",
      "6:the server cannot be reached",
      "124:not within the timeout; the batch goes on",
      "130:stopped by Ctrl-C; the batch goes on"
    })
final class BatchesWatch implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Of the batch.")
  String id = "";

  @Mixin TimeoutOption timeout = new TimeoutOption();
  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  BatchesWatch(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      BatchView batch = new BatchWait(shell, client, id, false, timeout.value()).run();
      outputOptions.showEnded(shell, batch);
      return ExitCode.ofEnded(batch.json());
    }
  }
}
