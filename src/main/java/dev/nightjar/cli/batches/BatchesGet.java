package dev.nightjar.cli.batches;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nightjar batches get}. */
@Command(name = "get", description = "Shows how a batch is.", mixinStandardHelpOptions = true)
final class BatchesGet implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Of the batch.")
  String id = "";

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  BatchesGet(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      new BatchCard(client.get(ApiClient.path("/batches", id))).show(shell, outputOptions);
    }
    return ExitCode.OK;
  }
}
