package dev.nightjar.cli;

import dev.nightjar.config.CallSettings;
import dev.nightjar.config.DurationText;
import dev.nightjar.config.SettingsException;
import dev.nightjar.config.SettingsFile;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.run.RunRequest;
import dev.nightjar.terminal.LocalFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nightjar run}. */
@Command(
    name = "run",
    description =
        "Runs one file of requests without a server. The same command continues a run that"
            + " was interrupted.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all lines were answered",
      "1:the command or the input is wrong",
      "2:finished, and some lines failed",
      "3:there was no memory left; the same command goes on",
      "5:the upstream refuses the key; the same command goes on",
      "6:the upstream cannot be reached, or gives nothing; the same command goes on",
      "70:the process could not go on; the same command does",
      "130:stopped by Ctrl-C; the same command goes on"
    })
public final class RunCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "IN",
      description = "Requests, JSONL; - is standard input.")
  @Nullable Path input;

  @Option(
      names = {"-i", "--input-file"},
      paramLabel = "IN",
      description = "The same as IN.")
  @Nullable Path inputOption;

  @Option(
      names = {"-o", "--output-file"},
      paramLabel = "OUT",
      required = true,
      description = "Answers, in the order of IN, written at the end; - is standard output.")
  Path output = Path.of("");

  @Option(
      names = {"-e", "--error-file"},
      paramLabel = "ERR",
      description =
          "Lines that failed (default: OUT, or IN where OUT is a stream, with .errors.jsonl); absent"
              + " if none did.")
  @Nullable Path errors;

  @Option(
      names = "--only",
      paramLabel = "ERR",
      description = "Only those lines of IN that are in this error file, of an earlier run.")
  @Nullable Path only;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "Refuse a file that asks for another.")
  @Nullable String model;

  @Option(names = "--sim", description = "Simulated answers instead of an upstream's.")
  boolean isSimulated;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "For one call, such as 90s or 10m (default: 30m).")
  @Nullable String timeout;

  @Option(
      names = "--wait-for-upstream",
      paramLabel = "TIME",
      description =
          "How long to wait for upstreams that give nothing (default: 10m; less if from the first"
              + " call on the key is refused, or what answers is no such server).")
  @Nullable String waitForUpstream;

  @Mixin UpstreamOptions upstreamOptions = new UpstreamOptions();

  private final Map<String, String> environment;
  private final Function<RunRequest, Integer> runner;

  public RunCommand(Map<String, String> environment, Function<RunRequest, Integer> runner) {
    this.environment = environment;
    this.runner = runner;
  }

  @Override
  public Integer call() {
    return runner.apply(request());
  }

  RunRequest request() {
    Path in = input != null ? input : inputOption;
    if (in == null) {
      throw new SettingsException("no input: nightjar run IN -o OUT");
    }
    List<UpstreamSettings> upstreams =
        isSimulated
            ? List.of()
            : upstreamOptions.upstreams(environment, "OPENAI_BASE_URL", SettingsFile.none());
    if (!isSimulated && upstreams.isEmpty()) {
      throw new SettingsException(
          "no upstream: name one with --upstream http://127.0.0.1:8000/v1, or try --sim");
    }
    Integer max = upstreamOptions.maxInFlight;
    return new RunRequest(
        in,
        output,
        errors != null ? errors : LocalFile.errorsBeside(lasting(in)),
        only,
        model,
        upstreams,
        max == null ? UpstreamSettings.MAX_IN_FLIGHT : max,
        timeout == null
            ? CallSettings.DEFAULT.requestTimeout()
            : DurationText.parse("--timeout", timeout),
        waitForUpstream == null
            ? null
            : DurationText.parse("--wait-for-upstream", waitForUpstream));
  }

  /** The output, or what is a file beside it. */
  private Path lasting(Path in) {
    if (!LocalFile.isStream(output)) {
      return output;
    }
    return LocalFile.isStream(in) ? Path.of("run.jsonl") : in;
  }
}
