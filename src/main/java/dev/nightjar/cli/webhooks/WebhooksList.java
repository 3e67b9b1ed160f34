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
import tools.jackson.databind.JsonNode;

/** {@code nightjar webhooks list}. */
@Command(
    name = "list",
    description = "Lists endpoints, the newest first.",
    mixinStandardHelpOptions = true)
final class WebhooksList implements Callable<Integer> {
  private static final int PAGE_MAX = 100;

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  WebhooksList(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    var endpoints = new ArrayList<JsonNode>();
    try (ApiClient client = clientOptions.client(shell)) {
      new Listing(WebhookView.ENDPOINTS, PAGE_MAX).read(client, PAGE_MAX, endpoints::add);
    }
    outputOptions.show(
        shell, WebhookView.COLUMNS, endpoints, one -> WebhookView.row(one, shell.zone()));
    return ExitCode.OK;
  }
}
