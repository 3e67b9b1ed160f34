package dev.nightjar.cli.data;

import dev.nightjar.store.ApiKey;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Shell;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nightjar keys revoke}. */
@Command(
    name = "revoke",
    description = "Ends a key: the next request with it is refused.",
    mixinStandardHelpOptions = true)
final class KeysRevoke implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "ID",
      description = "The key's id, as `nightjar keys list` shows it.")
  String id = "";

  @Mixin DataOption data = new DataOption();

  private final Shell shell;
  private final DirectoryKeys keys;

  KeysRevoke(Shell shell, DirectoryKeys keys) {
    this.shell = shell;
    this.keys = keys;
  }

  @Override
  public Integer call() {
    Path directory = data.path(shell.environment());
    ApiKey revoked =
        keys.revoke(directory, id)
            .orElseThrow(() ->
                CommandException.wrong(
                    "%s has no key with the id '%s'; `nightjar keys list` shows them"
                        .formatted(directory, id.startsWith("sk-") ? "sk-***" : id)));
    shell.say("key %s is revoked since %s".formatted(revoked.id(), revoked.revokedAt()));
    return ExitCode.OK;
  }
}
