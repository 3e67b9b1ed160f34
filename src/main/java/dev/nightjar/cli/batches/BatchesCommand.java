package dev.nightjar.cli.batches;

import dev.nightjar.terminal.Shell;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code nightjar batches}. */
@Command(
    name = "batches",
    description = "Creates, follows and cancels batches of a server, and brings their results.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class BatchesCommand {
  private BatchesCommand() {}

  /** With its commands. */
  public static CommandLine in(Shell shell) {
    return new CommandLine(new BatchesCommand())
        .addSubcommand(new BatchesCreate(shell))
        .addSubcommand(new BatchesList(shell))
        .addSubcommand(new BatchesGet(shell))
        .addSubcommand(new BatchesCancel(shell))
        .addSubcommand("wait", BatchesWait.quiet(shell))
        .addSubcommand("watch", BatchesWait.watching(shell))
        .addSubcommand(new BatchesResults(shell));
  }
}
