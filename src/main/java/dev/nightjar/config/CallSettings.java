package dev.nightjar.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long calls to upstreams may go on.
 *
 * @param requestTimeout for one call, its answer's last byte included
 * @param stopGrace after a cancel or the deadline
 * @param drain after SIGTERM
 * @param areControlled whether small calls may tell whose fault it is that others fail
 */
public record CallSettings(
    Duration requestTimeout, Duration stopGrace, Duration drain, boolean areControlled) {
  public static final CallSettings DEFAULT =
      new CallSettings(
          Duration.ofMinutes(30), Duration.ofSeconds(30), Duration.ofSeconds(25), true);

  public static CallSettings of(SettingsFile file) {
    return new CallSettings(
        duration("request_timeout", file.requestTimeout(), DEFAULT.requestTimeout),
        duration("stop_grace", file.stopGrace(), DEFAULT.stopGrace),
        duration("drain", file.drain(), DEFAULT.drain),
        file.controlCalls() == null || file.controlCalls());
  }

  private static Duration duration(String name, @Nullable String text, Duration otherwise) {
    return text == null ? otherwise : DurationText.parse(name, text);
  }
}
