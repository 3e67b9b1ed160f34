package dev.nightjar.cli.data;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
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

  private final Map<String, String> environment;
  private final Function<Path, Integer> prune;

  /** {@code prune} frees a data directory and gives the exit code. */
  public PruneCommand(Map<String, String> environment, Function<Path, Integer> prune) {
    this.environment = environment;
    this.prune = prune;
  }

  @Override
  public Integer call() {
    return prune.apply(data.path(environment));
  }
}
