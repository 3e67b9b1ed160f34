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

/** {@code nightjar webhooks replay}. */
@Command(
    name = "replay",
    description = "Sends a delivery again, under the same id.",
    mixinStandardHelpOptions = true)
final class WebhooksReplay implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DELIVERY_ID", description = "Of the delivery.")
  String id = "";

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  WebhooksReplay(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      var answer = client.post(ApiClient.path("/webhook_deliveries", id) + "/replay", null);
      outputOptions.show(
          shell,
          WebhookView.DELIVERY_COLUMNS,
          List.of(answer),
          one -> WebhookView.deliveryRow(one, shell.zone()));
    }
    return ExitCode.OK;
  }
}
