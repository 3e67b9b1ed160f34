package dev.nightjar.cli.data;

import dev.nightjar.terminal.Shell;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code nightjar debug}. */
@Command(
    name = "debug",
    description = "For reports of faults: what the engine of a server was told, and what it does.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class DebugCommand {
  private DebugCommand() {}

  /** With its commands. */
  public static CommandLine in(Shell shell) {
    return new CommandLine(new DebugCommand())
        .addSubcommand(new DebugTrace(shell))
        .addSubcommand(new DebugReplay(shell));
  }
}
