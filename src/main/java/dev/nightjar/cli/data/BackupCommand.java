package dev.nightjar.cli.data;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
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
  @Parameters(
      index = "0",
      paramLabel = "TO",
      description = "The copy: a directory that does not exist yet, or is empty.")
  Path target = Path.of("");

  @Mixin DataOption data = new DataOption();

  private final Map<String, String> environment;
  private final BiFunction<Path, Path, Integer> backup;

  /** {@code backup} copies the first directory to the second and gives the exit code. */
  public BackupCommand(Map<String, String> environment, BiFunction<Path, Path, Integer> backup) {
    this.environment = environment;
    this.backup = backup;
  }

  @Override
  public Integer call() {
    return backup.apply(data.path(environment), target);
  }
}
