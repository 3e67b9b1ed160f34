package dev.nightjar.cli;

import dev.nightjar.config.DurationText;
import dev.nightjar.config.SettingsException;
import dev.nightjar.sim.ErrorRates;
import dev.nightjar.sim.Latency;
import dev.nightjar.sim.SimOptions;
import dev.nightjar.sim.answer.TokenCounter.UsageCount;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nightjar sim}. */
@Command(
    name = "sim",
    description =
        "A simulated OpenAI-compatible server, to try things without a model. Its answers are"
            + " made up and say so.",
    mixinStandardHelpOptions = true)
public final class SimCommand implements Callable<Integer> {
  private static final int PORT = 9000;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Address to bind (${DEFAULT-VALUE}).")
  String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port; 0 for any (${DEFAULT-VALUE}).")
  int port = PORT;

  @Option(
      names = "--latency",
      paramLabel = "TIME",
      description =
          "How long an answer takes: 50ms, 20ms..80ms, or lognormal(2s,1.0) with the median and"
              + " sigma (${DEFAULT-VALUE}).")
  String latency = "0ms";

  @Option(
      names = "--errors",
      paramLabel = "RATES",
      description =
          "How many attempts fail: 5%%, or percents by kind such as 429=1,reset=0.5. Kinds: 400,"
              + " 429, 500, 503, reset, hang, truncated, garbage, pretty, u2028 (none).")
  String errors = "none";

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      description = "The same seed gives the same answers and errors (${DEFAULT-VALUE}).")
  long seed = SimOptions.SEED;

  @Option(
      names = "--models",
      paramLabel = "A,B",
      description = "The only models there are (default: any is answered, none is listed).")
  @Nullable String models;

  @Option(names = "--api-key", paramLabel = "KEY", description = "The only key accepted (any).")
  @Nullable String apiKey;

  @Option(
      names = "--usage",
      paramLabel = "HOW",
      description =
          "How tokens are counted: exact (o200k_base) or fast (bytes / 4) (${DEFAULT-VALUE}).")
  String usage = "exact";

  @Option(
      names = "--retry-after",
      paramLabel = "TIME",
      description = "What 429 and 503 ask callers to wait (${DEFAULT-VALUE}).")
  String retryAfter = "20ms";

  @Option(
      names = "--max-concurrency",
      paramLabel = "N",
      description = "Above it, 503; 0 for no limit (${DEFAULT-VALUE}).")
  int maxConcurrency;

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
    return SimOptions.defaults()
        .withHost(host)
        .withPort(port)
        .withLatency(Latency.parse("--latency", latency))
        .withErrors(ErrorRates.parse(errors))
        .withSeed(seed)
        .withModels(models == null ? Set.of() : models(models))
        .withApiKey(apiKey)
        .withUsage(UsageCount.parse(usage))
        .withRetryAfter(DurationText.parse("--retry-after", retryAfter))
        .withMaxConcurrency(maxConcurrency);
  }

  private static Set<String> models(String text) {
    var models = new LinkedHashSet<String>();
    Arrays.stream(text.split(",", -1)).map(String::trim).forEach(models::add);
    if (models.contains("")) {
      throw new SettingsException(
          "--models is '%s'; write names with commas between, such as a,b".formatted(text));
    }
    return models;
  }
}
