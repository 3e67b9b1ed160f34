package dev.nightjar.cli.webhooks;

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

/** {@code nightjar webhooks delete}. */
@Command(
    name = "delete",
    description = "Deletes an endpoint: what was to be sent to it is not.",
    mixinStandardHelpOptions = true)
final class WebhooksDelete implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Of the endpoint.")
  String id = "";

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  WebhooksDelete(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      var answer = client.delete(ApiClient.path(WebhookView.ENDPOINTS, id));
      outputOptions.showDeleted(shell, List.of(answer));
    }
    return ExitCode.OK;
  }
}
