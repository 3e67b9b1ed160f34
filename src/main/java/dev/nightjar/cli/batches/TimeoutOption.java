package dev.nightjar.cli.batches;

import dev.nightjar.config.DurationText;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long to wait for a batch. */
final class TimeoutOption {
  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "Wait no longer, such as 90s or 2h (default: until it ends).")
  @Nullable String timeout;

  @Nullable Duration value() {
    return timeout == null ? null : DurationText.parse("--timeout", timeout);
  }
}
