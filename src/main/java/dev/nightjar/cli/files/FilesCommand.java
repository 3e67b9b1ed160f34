package dev.nightjar.cli.files;

import dev.nightjar.terminal.Shell;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code nightjar files}. */
@Command(
    name = "files",
    description = "Uploads, lists, reads and deletes files of a server; checks and cuts them here.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class FilesCommand {
  private FilesCommand() {}

  /** With its commands. */
  public static CommandLine in(Shell shell) {
    return new CommandLine(new FilesCommand())
        .addSubcommand(new FilesUpload(shell))
        .addSubcommand(new FilesList(shell))
        .addSubcommand(new FilesGet(shell))
        .addSubcommand(new FilesContent(shell))
        .addSubcommand(new FilesDelete(shell))
        .addSubcommand(new FilesEstimate(shell))
        .addSubcommand(new FilesValidate(shell))
        .addSubcommand(new FilesSplit(shell))
        .addSubcommand(new FilesMerge(shell));
  }
}
