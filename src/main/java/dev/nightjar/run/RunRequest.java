package dev.nightjar.run;

import dev.nightjar.config.UpstreamSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to run.
 *
 * @param input a file or a stream, as is {@code output}
 * @param only a file of failed lines of the input, which are to be run; null: all are
 * @param upstreams empty for a simulated one
 * @param waitForUpstream how long to go on with upstreams that give nothing; null: as long as makes
 *     sense
 */
public record RunRequest(
    Path input,
    Path output,
    Path errors,
    @Nullable Path only,
    @Nullable String model,
    List<UpstreamSettings> upstreams,
    int maxInFlight,
    Duration requestTimeout,
    @Nullable Duration waitForUpstream) {
  public RunRequest {
    upstreams = List.copyOf(upstreams);
  }

  public RunRequest withUpstream(UpstreamSettings upstream) {
    return new RunRequest(
        input,
        output,
        errors,
        only,
        model,
        List.of(upstream),
        maxInFlight,
        requestTimeout,
        waitForUpstream);
  }
}
