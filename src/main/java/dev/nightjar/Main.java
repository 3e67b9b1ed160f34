package dev.nightjar;

import dev.nightjar.cli.BackupCommand;
import dev.nightjar.cli.KeysCommand;
import dev.nightjar.cli.RunCommand;
import dev.nightjar.cli.RunCommand.RunRequest;
import dev.nightjar.cli.ServeCommand;
import dev.nightjar.cli.SimCommand;
import dev.nightjar.config.Settings;
import dev.nightjar.config.Settings.SettingsException;
import dev.nightjar.config.Settings.UpstreamSettings;
import dev.nightjar.http.HttpServer.HttpServerException;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimProcess;
import dev.nightjar.sim.SimServer;
import dev.nightjar.store.MetaStore.StoreException;
import dev.nightjar.store.files.DataDirectory.DataDirectoryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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
        .addSubcommand(new ServeCommand(System.getenv(), Main::serve))
        .addSubcommand(new RunCommand(System.getenv(), Main::run))
        .addSubcommand(new SimCommand(Main::simulate))
        .addSubcommand(new BackupCommand(System.getenv(), Main::backUp))
        .addSubcommand(KeysCommand.commandLine(System.getenv(), new Keys()))
        .setExecutionExceptionHandler(Main::explain)
        .setParameterExceptionHandler((e, _) -> {
          System.err.println("nightjar: " + e.getMessage());
          e.getCommandLine().usage(System.err);
          return USAGE;
        });
  }

  private static int serve(Settings settings) {
    CompletableFuture<String> stop = Signals.firstStop();
    Server server = Server.start(settings);
    System.err.printf(
        "nightjar: serving on %s://%s:%d/v1, data in %s, upstreams %s%n",
        settings.tls() == null ? "http" : "https",
        settings.host(),
        server.port(),
        settings.data(),
        settings.upstreams());
    stop.join();
    System.err.println("nightjar: stopping; calls in flight may end (once more to stop at once)");
    server.stop();
    return 0;
  }

  private static int simulate(SimOptions options) {
    return SimProcess.run(options, System.err, Signals.firstStop());
  }

  private static int backUp(Path data, Path target) {
    return new Backup(data, target, System.err, Instant.now()).run();
  }

  private static int run(RunRequest request) {
    CompletableFuture<String> stop = Signals.firstStop();
    if (!request.upstreams().isEmpty()) {
      return run(request, stop);
    }
    try (SimServer sim = SimServer.start(SimOptions.defaults())) {
      System.err.println("nightjar: --sim: the answers are simulated, not a model's");
      var upstream = new UpstreamSettings("sim", sim.url(), null, Set.of(), request.maxInFlight());
      return run(request.withUpstream(upstream), stop);
    }
  }

  private static int run(RunRequest request, CompletableFuture<String> stop) {
    try {
      return new LocalRun(request, System.err, stop).run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a user can mend is one sentence; anything else is a bug, with its trace. */
  private static int explain(Exception e, CommandLine command, ParseResult parsed)
      throws Exception {
    switch (e) {
      case SettingsException _, DataDirectoryException _, StoreException _, HttpServerException _ ->
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
