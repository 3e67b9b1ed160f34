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

/** {@code nightjar webhooks enable}. */
@Command(
    name = "enable",
    description = "Sends to an endpoint again that was disabled.",
    mixinStandardHelpOptions = true)
final class WebhooksEnable implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Of the endpoint.")
  String id = "";

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  WebhooksEnable(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      var answer = client.post(ApiClient.path(WebhookView.ENDPOINTS, id) + "/enable", null);
      outputOptions.show(
          shell, WebhookView.COLUMNS, List.of(answer), one -> WebhookView.row(one, shell.zone()));
    }
    return ExitCode.OK;
  }
}
