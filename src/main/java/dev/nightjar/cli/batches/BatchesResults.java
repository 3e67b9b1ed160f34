package dev.nightjar.cli.batches;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.cli.files.FilesContent;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.LocalFile;
import dev.nightjar.terminal.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nightjar batches results}. */
@Command(
    name = "results",
    description = "Downloads the answers of a batch that has ended, in the order of its input.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all that there is was downloaded",
      "1:it has not ended or failed, or the command is wrong",
      "5:the server refuses the key",
      "6:the server cannot be reached"
    },
    footer = {
      "",
      "Example:",
      "  nightjar batches wait batch_abc; nightjar batches results batch_abc -o out.jsonl"
    })
final class BatchesResults implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Of the batch.")
  String id = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      description = "Answers; absent if there are none.")
  Path output = Path.of("");

  @Option(
      names = {"-e", "--errors"},
      paramLabel = "ERR",
      description = "Lines that failed (default: OUT with .errors.jsonl); absent if none did.")
  @Nullable Path errors;

  @Mixin ClientOptions clientOptions = new ClientOptions();

  private final Shell shell;

  BatchesResults(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      var batch = new BatchCard(client.get(ApiClient.path("/batches", id)));
      if (!batch.hasEnded()) {
        throw CommandException.wrong(
            "%s is %s; it has results when it has ended. Wait for it: nightjar batches watch %s"
                .formatted(id, batch.status(), id));
      }
      if (batch.status().equals("failed")) {
        shell.say(batch.ending());
        batch.problems().forEach(shell::say);
        return ExitCode.WRONG;
      }
      shell.say(batch.ending());
      save(client, batch.named("output_file_id"), output, "no line was answered");
      Path failed = errors != null ? errors : LocalFile.errorsBeside(output);
      save(client, batch.named("error_file_id"), failed, "no line failed");
      return ExitCode.OK;
    }
  }

  private void save(ApiClient client, @Nullable String fileId, Path target, String none) {
    if (fileId != null) {
      long bytes = FilesContent.save(shell, client, fileId, target);
      shell.say("%s: %s".formatted(target, Human.bytes(bytes)));
    } else {
      boolean isOther = Files.exists(target);
      shell.say(none + (isOther ? "; %s is of something else".formatted(target) : ""));
    }
  }
}
