package dev.nightjar.cli.webhooks;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ApiClient.Call;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code nightjar webhooks rotate}. */
@Command(
    name = "rotate",
    description = "Makes a new secret, and shows it this once.",
    mixinStandardHelpOptions = true)
final class WebhooksRotate implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Of the endpoint.")
  String id = "";

  @Option(
      names = "--keep-old",
      paramLabel = "SECONDS",
      description =
          "How long the old secret goes on signing beside the new one, up to 86400"
              + " (${DEFAULT-VALUE}).")
  long keepOldSeconds;

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  WebhooksRotate(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    String path = ApiClient.path(WebhookView.ENDPOINTS, id) + "/rotate_secret";
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("expire_previous_in", keepOldSeconds);
    try (ApiClient client = clientOptions.client(shell)) {
      // Done twice, the secret that is to be kept would be lost.
      var rotated = client.json(Call.of("POST", path, body).once());
      outputOptions.show(
          shell, WebhookView.SECRET_COLUMNS, List.of(rotated), WebhookView::secretRow);
    }
    return ExitCode.OK;
  }
}
