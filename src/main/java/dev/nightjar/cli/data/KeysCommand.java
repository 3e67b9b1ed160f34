package dev.nightjar.cli.data;

import dev.nightjar.terminal.Shell;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code nightjar keys}. */
@Command(
    name = "keys",
    description =
        "API keys of a data directory, also while a server uses it. Until there is a key, whoever"
            + " is on this machine may do everything; then every request needs one.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class KeysCommand {
  private KeysCommand() {}

  /** With its commands. */
  public static CommandLine in(Shell shell, DirectoryKeys keys) {
    return new CommandLine(new KeysCommand())
        .addSubcommand(new KeysCreate(shell, keys))
        .addSubcommand(new KeysList(shell, keys))
        .addSubcommand(new KeysRevoke(shell, keys));
  }
}
