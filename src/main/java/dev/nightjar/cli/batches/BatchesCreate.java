package dev.nightjar.cli.batches;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.cli.client.FormUpload;
import dev.nightjar.cli.files.FirstUrl;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.OutputOptions;
import dev.nightjar.terminal.Shell;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code nightjar batches create}. */
@Command(
    name = "create",
    description =
        "Makes a batch of a file, which is uploaded first unless it is one of the server.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes (with --wait, those of `nightjar batches wait`):%n",
    exitCodeList = {
      "0:it was created; with --wait: completed, all lines were answered",
      "1:it was not, or the command is wrong; with --wait: it failed",
      "5:the server refuses the key",
      "6:the server cannot be reached"
    },
    footer = {
      "",
      "Examples:",
      "  nightjar batches create in.jsonl --metadata team=evals --wait",
      "  nightjar batches create file-abc --endpoint /v1/embeddings --window 2d"
    })
final class BatchesCreate implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "FILE_OR_ID",
      description = "A path, or the id of an uploaded file.")
  String input = "";

  @Option(
      names = "--endpoint",
      paramLabel = "PATH",
      description = "Such as /v1/chat/completions (default: the url of the first line).")
  @Nullable String endpoint;

  @Option(
      names = "--window",
      paramLabel = "TIME",
      description = "How long it may take, 30m to 30d (${DEFAULT-VALUE}).")
  String window = "24h";

  @Option(names = "--metadata", paramLabel = "KEY=VALUE", description = "Of yours; may repeat.")
  Map<String, String> metadata = new LinkedHashMap<>();

  @Option(names = "--wait", description = "Show how it goes on until it has ended.")
  boolean isWaiting;

  @Mixin TimeoutOption timeout = new TimeoutOption();
  @Mixin ClientOptions clientOptions = new ClientOptions();
  @Mixin OutputOptions outputOptions = new OutputOptions();

  private final Shell shell;

  BatchesCreate(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      var batch = new BatchCard(create(client));
      if (!isWaiting) {
        batch.show(shell, outputOptions);
        return ExitCode.OK;
      }
      shell.say("created " + batch.id());
      BatchCard ended = new BatchWait(shell, client, batch.id(), false, timeout.value()).run();
      ended.showEnded(shell, outputOptions);
      return ended.exitCode();
    }
  }

  private JsonNode create(ApiClient client) {
    Path path = Path.of(input);
    boolean isPath = Files.exists(path);
    if (!isPath && !input.startsWith("file-")) {
      throw CommandException.wrong(
          "there is no file %s, and it is not a file's id".formatted(input));
    }
    String to =
        endpoint != null ? endpoint : isPath ? FirstUrl.of(path) : endpointOf(client, input);
    String fileId = isPath ? upload(client) : input;
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("input_file_id", fileId);
    body.put("endpoint", to);
    body.put("completion_window", window);
    if (!metadata.isEmpty()) {
      ObjectNode pairs = body.putObject("metadata");
      metadata.forEach(pairs::put);
    }
    return client.post("/batches", body);
  }

  private String upload(ApiClient client) {
    String id = new FormUpload(shell, input, "batch", null).send(client).path("id").asString("");
    shell.say("uploaded %s as %s".formatted(input, id));
    return id;
  }

  private static String endpointOf(ApiClient client, String fileId) {
    try {
      return FirstUrl.of(new ByteArrayInputStream(client.beginning(fileId)), fileId);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
