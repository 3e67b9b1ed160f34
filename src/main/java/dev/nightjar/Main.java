package dev.nightjar;

import dev.nightjar.cli.RunCommand;
import dev.nightjar.cli.RunCommand.RunRequest;
import dev.nightjar.config.Settings.SettingsException;
import dev.nightjar.store.MetaStore.StoreException;
import dev.nightjar.store.files.DataDirectory.DataDirectoryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParseResult;

/** Chooses the command. */
@Command(
    name = "nightjar",
    description = "The Batch API for models that you run yourself.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private static final int USAGE = 1;

  private Main() {}

  public static void main(String[] args) {
    Logging.configure();
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .addSubcommand(new RunCommand(System.getenv(), Main::run))
        .setExecutionExceptionHandler(Main::explain)
        .setParameterExceptionHandler((e, _) -> {
          System.err.println("nightjar: " + e.getMessage());
          e.getCommandLine().usage(System.err);
          return USAGE;
        });
  }

  private static int run(RunRequest request) {
    try {
      return new LocalRun(request, System.err, Signals.firstStop()).run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a user can mend is one sentence; anything else is a bug, with its trace. */
  private static int explain(Exception e, CommandLine command, ParseResult parsed)
      throws Exception {
    switch (e) {
      case SettingsException _, DataDirectoryException _, StoreException _ ->
          System.err.println("nightjar: " + e.getMessage());
      case UncheckedIOException io -> System.err.println("nightjar: " + io.getCause());
      default -> throw e;
    }
    return USAGE;
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"nightjar " + (version == null ? "development" : version)};
    }
  }
}
