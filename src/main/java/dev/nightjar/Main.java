package dev.nightjar;

import dev.nightjar.cli.CompletionCommand;
import dev.nightjar.cli.QuotaCommand;
import dev.nightjar.cli.RunCommand;
import dev.nightjar.cli.ServeCommand;
import dev.nightjar.cli.SimCommand;
import dev.nightjar.cli.UsageCommand;
import dev.nightjar.cli.UsageError;
import dev.nightjar.cli.batches.BatchesCommand;
import dev.nightjar.cli.data.BackupCommand;
import dev.nightjar.cli.data.DebugCommand;
import dev.nightjar.cli.data.KeysCommand;
import dev.nightjar.cli.data.PruneCommand;
import dev.nightjar.cli.files.FilesCommand;
import dev.nightjar.cli.webhooks.WebhooksCommand;
import dev.nightjar.config.DiskFreeMin;
import dev.nightjar.config.LogStyle;
import dev.nightjar.config.Settings;
import dev.nightjar.config.SettingsException;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.engine.BatchEngine;
import dev.nightjar.http.HttpServer.HttpServerException;
import dev.nightjar.process.LogFields;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.run.LocalRun;
import dev.nightjar.run.RunNode;
import dev.nightjar.run.RunRequest;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.SimProcess;
import dev.nightjar.sim.SimServer;
import dev.nightjar.store.StoreException;
import dev.nightjar.store.local.DataDirectory.DataDirectoryException;
import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.Shell;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** Chooses the command. */
@Command(
    name = "nightjar",
    description = "The Batch API for models that you run yourself.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private static final System.Logger LOG = System.getLogger(Main.class.getName());
  private static final int USAGE = 1;

  private Main() {}

  public static void main(String[] args) {
    ProcessEnd.install();
    Logging.configure();
    Shell shell = Shell.ofProcess(Signals::firstStop);
    if (!isSupported(System.getProperty("os.name", ""))) {
      shell.say("Windows is not supported: run Nightjar in WSL or in a container");
      System.exit(USAGE);
    }
    int code = commandLine(shell).execute(args);
    if (code == 0 && shell.out().checkError()) {
      shell.say("not all could be written to standard output");
      code = USAGE;
    }
    System.exit(code);
  }

  /** What is durable rests on folders that can be forced, which Windows has none of. */
  static boolean isSupported(String system) {
    return !system.startsWith("Windows");
  }

  static CommandLine commandLine(Shell shell) {
    return new CommandLine(new Main())
        .addSubcommand(new CommandLine.HelpCommand())
        .addSubcommand(new ServeCommand(System.getenv(), Main::serve))
        .addSubcommand(new RunCommand(System.getenv(), Main::run))
        .addSubcommand(new SimCommand(Main::simulate))
        .addSubcommand(new BackupCommand(shell))
        .addSubcommand(FilesCommand.in(shell))
        .addSubcommand(BatchesCommand.in(shell))
        .addSubcommand(new UsageCommand(shell))
        .addSubcommand(new QuotaCommand(shell))
        .addSubcommand(WebhooksCommand.in(shell))
        .addSubcommand(new CompletionCommand(shell))
        .addSubcommand(new PruneCommand(shell))
        .addSubcommand(DebugCommand.in(shell))
        .addSubcommand(KeysCommand.in(shell, new LocalKeys()))
        .setOut(new PrintWriter(shell.out(), true, shell.out().charset()))
        .setExecutionExceptionHandler((e, _, _) -> explain(e, shell))
        .setParameterExceptionHandler((e, _) -> {
          UsageError.of(e).forEach(shell::say);
          return USAGE;
        });
  }

  private static int serve(Settings settings) {
    Logging.write(settings.log());
    CompletableFuture<String> stop = Signals.firstStop();
    Server server = Server.start(settings);
    say(
        settings.log(),
        "server.started",
        "serving on %s://%s:%d/v1, data in %s, upstreams %s"
            .formatted(
                settings.listener().tls() == null ? "http" : "https",
                settings.listener().host(),
                server.port(),
                settings.data(),
                settings.upstreams()));
    stop.join();
    say(
        settings.log(),
        "server.stopping",
        "stopping; calls in flight may end (once more to stop at once)");
    server.stop();
    return 0;
  }

  /** To whoever looks at the terminal, or to whoever reads the log. */
  private static void say(LogStyle style, String event, String sentence) {
    switch (style) {
      case TEXT -> System.err.println("nightjar: " + sentence);
      case JSON -> LOG.log(System.Logger.Level.INFO, sentence, LogFields.of(event));
    }
  }

  private static int simulate(SimOptions options) {
    return SimProcess.run(options, System.err, Signals.firstStop());
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
      return new LocalRun(request, System.err, stop, Main::openToRun).run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** It takes what the user's disk has: a full one makes it wait, with the answers in hand. */
  private static RunNode openToRun(
      Path state, List<UpstreamSettings> upstreams, BatchEngine.Limits limits) {
    return LocalEngine.open(state, upstreams, new LocalEngine.Limits(limits, DiskFreeMin.NONE));
  }

  /** What a user can mend is one sentence; anything else is a bug, with its trace. */
  private static int explain(Exception e, Shell shell) throws Exception {
    switch (e) {
      case CommandException said -> {
        if (!said.sentence().isEmpty()) {
          shell.say(said.sentence());
        }
        return said.exitCode();
      }
      case SettingsException _, DataDirectoryException _, StoreException _, HttpServerException _ ->
          shell.say("" + e.getMessage());
      case UncheckedIOException io -> shell.say("" + io.getCause());
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
