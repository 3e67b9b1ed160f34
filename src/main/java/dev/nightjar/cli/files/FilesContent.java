package dev.nightjar.cli.files;

import dev.nightjar.cli.client.ApiClient;
import dev.nightjar.cli.client.ClientOptions;
import dev.nightjar.cli.client.ContentDownload;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Human;
import dev.nightjar.terminal.LocalFile;
import dev.nightjar.terminal.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nightjar files content}. */
@Command(
    name = "content",
    description = "Downloads a file. The same command goes on with a download that broke off.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  nightjar files content file-abc -o out.jsonl",
      "  nightjar files content file-abc | jq -r .custom_id"
    })
public final class FilesContent implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "ID", description = "Of the file.")
  String id = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      description = "Appears when it is complete (default: standard output).")
  @Nullable Path output;

  @Mixin ClientOptions clientOptions = new ClientOptions();

  private final Shell shell;

  FilesContent(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = clientOptions.client(shell)) {
      if (output == null) {
        var _ = new ContentDownload(shell, id, shell.bytesOut(), 0).run(client);
      } else {
        long bytes = save(shell, client, id, output);
        shell.say("%s: %s".formatted(output, Human.bytes(bytes)));
      }
    }
    return ExitCode.OK;
  }

  /** Downloads to a path, where it appears when it is complete; its length. */
  public static long save(Shell shell, ApiClient client, String id, Path target) {
    try (PartFile part = PartFile.goOn(target, id.replaceAll("[^\\w-]", "_"))) {
      long before = part.length();
      if (before > 0) {
        shell.say("going on at " + Human.bytes(before));
      }
      try {
        long bytes = new ContentDownload(shell, id, part.out(), before).run(client);
        part.commit();
        return bytes;
      } catch (CommandException e) {
        if (part.length() == 0) {
          part.discard();
        }
        throw e;
      }
    } catch (IOException e) {
      throw LocalFile.cannotWrite(target, e);
    }
  }
}
