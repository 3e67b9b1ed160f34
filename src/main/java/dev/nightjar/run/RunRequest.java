package dev.nightjar.run;

import dev.nightjar.config.UpstreamSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to run; {@code upstreams} is empty for a simulated one. */
public record RunRequest(
    Path input,
    Path output,
    Path errors,
    @Nullable String model,
    List<UpstreamSettings> upstreams,
    int maxInFlight,
    Duration requestTimeout) {
  public RunRequest {
    upstreams = List.copyOf(upstreams);
  }

  public RunRequest withUpstream(UpstreamSettings upstream) {
    return new RunRequest(
        input, output, errors, model, List.of(upstream), maxInFlight, requestTimeout);
  }
}
