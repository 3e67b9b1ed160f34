package dev.nightjar.cli.batches;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nightjar batches wait}, and {@code watch}, which is not quiet. */
@Command(
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
final class BatchesWait implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Of the batch.")
  String id = "";

  @Mixin TimeoutOption timeout = new TimeoutOption();
  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;
  private final boolean isQuiet;

  private BatchesWait(Shell shell, boolean isQuiet) {
    this.shell = shell;
    this.isQuiet = isQuiet;
  }

  static CommandLine quiet(Shell shell) {
    return named(shell, true, "Waits until a batch has ended, quietly, and shows it.");
  }

  static CommandLine watching(Shell shell) {
    return named(
        shell,
        false,
        "Shows how a batch goes on until it has ended. Ctrl-C ends the watching, not the batch.");
  }

  private static CommandLine named(Shell shell, boolean isQuiet, String description) {
    var command = new CommandLine(new BatchesWait(shell, isQuiet));
    command.getCommandSpec().usageMessage().description(description);
    return command;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      BatchCard batch = new BatchWait(shell, client, id, isQuiet, timeout.value()).run();
      if (isQuiet) {
        batch.show(shell, outputOptions);
      } else {
        batch.showEnded(shell, outputOptions);
      }
      return batch.exitCode();
    }
  }
}
