package dev.nightjar.cli.data;

import dev.nightjar.store.local.Prune;
import dev.nightjar.store.local.Prune.Pruned;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nightjar prune}. */
@Command(
    name = "prune",
    description =
        "Frees the disk at once of what is gone: deleted and expired files, ended uploads, and what"
            + " a crash left. A server does so by itself, an hour later; this is for a data"
            + " directory that no server uses.",
    mixinStandardHelpOptions = true)
public final class PruneCommand implements Callable<Integer> {
  @Mixin DataOption data = new DataOption();

  private final Shell shell;

  public PruneCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try {
      Pruned pruned = new Prune(data.path(shell.environment())).run();
      shell.say(
          "%,d objects deleted, %,d bytes freed; %,d bytes of objects are left"
              .formatted(pruned.objects(), pruned.bytes(), pruned.bytesLeft()));
      return ExitCode.OK;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
