package dev.nightjar.cli;

import dev.nightjar.config.DurationText;
import dev.nightjar.config.Settings.SettingsException;
import dev.nightjar.sim.ErrorMix;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimOptions;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nightjar sim}. */
@Command(
    name = "sim",
    description = "Runs a simulated OpenAI-compatible server, to try things without a model.",
    mixinStandardHelpOptions = true)
public final class SimCommand implements Callable<Integer> {
  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Address to bind (default: 127.0.0.1).")
  String host = "127.0.0.1";

  @Option(names = "--port", paramLabel = "PORT", description = "Port; 0 for any (default: 9000).")
  int port = 9_000;

  @Option(
      names = "--latency",
      paramLabel = "TIME",
      description = "How long answers take: 50ms, 20ms..80ms or lognormal(2s,1.0) (default: 0ms).")
  String latency = "0ms";

  @Option(
      names = "--errors",
      paramLabel = "MIX",
      description =
          "What goes wrong: 5%%, or percents such as 429=1,500=1,reset=0.5 (default: none)."
              + " Kinds: 400, 429, 500, 503, reset, hang, truncated, garbage, pretty, u2028.")
  String errors = "none";

  @Option(names = "--seed", paramLabel = "N", description = "Makes a run repeatable (default: 42).")
  long seed = 42;

  @Option(
      names = "--models",
      split = ",",
      paramLabel = "NAME",
      description = "The only models there are (default: any).")
  Set<String> models = new HashSet<>();

  @Option(names = "--api-key", paramLabel = "KEY", description = "The key that callers need.")
  @Nullable String apiKey;

  @Option(
      names = "--usage",
      paramLabel = "exact|fast",
      description = "Tokens by a real tokenizer, or by length (default: exact).")
  String usage = "exact";

  @Option(
      names = "--retry-after",
      paramLabel = "TIME",
      description = "What a 429 or 503 asks for (default: 20ms).")
  String retryAfter = "20ms";

  @Option(
      names = "--max-concurrency",
      paramLabel = "N",
      description = "Calls at a time; more get a 503 (default: no limit).")
  int maxConcurrency = Integer.MAX_VALUE;

  private final Function<SimOptions, Integer> server;

  /** {@code server} runs until it is told to stop and gives the exit code. */
  public SimCommand(Function<SimOptions, Integer> server) {
    this.server = server;
  }

  @Override
  public Integer call() {
    return server.apply(options());
  }

  SimOptions options() {
    if (!usage.equals("exact") && !usage.equals("fast")) {
      throw new SettingsException("--usage is '%s'; it is exact or fast".formatted(usage));
    }
    if (port < 0 || port > 65_535) {
      throw new SettingsException("--port is %d; it must be from 0 to 65535".formatted(port));
    }
    return new SimOptions(
        host,
        port,
        Latency.parse(latency),
        ErrorMix.parse(errors),
        seed,
        models,
        apiKey,
        usage.equals("exact"),
        DurationText.parse("--retry-after", retryAfter),
        maxConcurrency,
        false);
  }
}
