package dev.nightjar.cli.webhooks;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.cli.client.Listing;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code nightjar webhooks deliveries}. */
@Command(
    name = "deliveries",
    description = "Lists what was sent to an endpoint, or will be, the newest first.",
    mixinStandardHelpOptions = true)
final class WebhooksDeliveries implements Callable<Integer> {
  private static final int PAGE_MAX = 100;

  @Parameters(index = "0", paramLabel = "ID", description = "Of the endpoint.")
  String id = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many at the most (${DEFAULT-VALUE}).")
  int limit = 100;

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  WebhooksDeliveries(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    String path = ApiClient.path(WebhookView.ENDPOINTS, id) + "/deliveries";
    var deliveries = new ArrayList<JsonNode>();
    try (ApiClient client = clientOptions.client(shell)) {
      new Listing(path, PAGE_MAX).read(client, limit, deliveries::add);
    }
    outputOptions.show(
        shell,
        WebhookView.DELIVERY_COLUMNS,
        deliveries,
        one -> WebhookView.deliveryRow(one, shell.zone()));
    return ExitCode.OK;
  }
}
