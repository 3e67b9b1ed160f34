package dev.nightjar.cli.data;

import dev.nightjar.store.local.Backup;
import dev.nightjar.store.local.Backup.Outcome;
import dev.nightjar.terminal.ProgressDisplay;
import dev.nightjar.terminal.Shell;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nightjar backup}. */
@Command(
    name = "backup",
    description =
        "Copies a data directory, also while a server uses it. The copy is a data directory:"
            + " serve it to restore it, or back it up in turn to keep it as it is.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:TO is a complete copy, and was checked",
      "1:the command is wrong; nothing was written",
      "2:the copy could not be completed; there is no TO"
    })
public final class BackupCommand implements Callable<Integer> {
  private static final int COPIED = 0;
  private static final int NOT_COPIED = 2;

  @Parameters(
      index = "0",
      paramLabel = "TO",
      description = "The copy: a directory that does not exist yet, or is empty.")
  Path target = Path.of("");

  @Mixin DataOption data = new DataOption();

  private final Shell shell;

  public BackupCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    var display = new ProgressDisplay(shell.err());
    Path from = data.path(shell.environment());
    Instant now = shell.clock().instant();
    return switch (new Backup(from, target, now, display::show).run()) {
      case Outcome.Copied(String sentence) -> {
        display.last("nightjar: " + sentence);
        yield COPIED;
      }
      case Outcome.Failed(List<String> sentences) -> {
        display.end();
        sentences.forEach(shell::say);
        yield NOT_COPIED;
      }
    };
  }
}
