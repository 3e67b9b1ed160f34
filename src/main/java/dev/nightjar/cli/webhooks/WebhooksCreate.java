package dev.nightjar.cli.webhooks;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ApiClient.Call;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code nightjar webhooks create}. */
@Command(
    name = "create",
    description = "Creates an endpoint, and shows its secret this once.",
    mixinStandardHelpOptions = true)
final class WebhooksCreate implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "URL", description = "Where the events go.")
  String url = "";

  @Option(
      names = "--event",
      paramLabel = "TYPE",
      description = "Such as batch.completed; repeats. All by default.")
  List<String> events = new ArrayList<>();

  @Option(names = "--name", paramLabel = "NAME", description = "For people.")
  @Nullable String name;

  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  WebhooksCreate(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("url", url);
    if (name != null) {
      body.put("name", name);
    }
    if (!events.isEmpty()) {
      ArrayNode types = body.putArray("event_types");
      events.forEach(types::add);
    }
    try (ApiClient client = clientOptions.client(shell)) {
      var made = client.json(Call.of("POST", WebhookView.ENDPOINTS, body).once());
      outputOptions.show(shell, WebhookView.SECRET_COLUMNS, List.of(made), WebhookView::secretRow);
    }
    return ExitCode.OK;
  }
}
