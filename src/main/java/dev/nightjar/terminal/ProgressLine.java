package dev.nightjar.terminal;

import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How far a run is, in a line. Rates are those of this run, not of earlier ones. */
public final class ProgressLine {
  private final RequestCounts atStart;
  private final Usage usageAtStart;

  public ProgressLine(RequestCounts atStart, Usage usageAtStart) {
    this.atStart = atStart;
    this.usageAtStart = usageAtStart;
  }

  /** {@code reason} is why nothing moves; null when it does. */
  public String render(RequestCounts now, Usage usage, Duration elapsed, @Nullable String reason) {
    long done = now.completed() + now.failed();
    double seconds = Math.max(0.001, elapsed.toMillis() / 1_000.0);
    double rate = (done - atStart.completed() - atStart.failed()) / seconds;
    double tokens = (usage.total() - usageAtStart.total()) / seconds;
    var line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "%,d/%,d done, %,d failed, %,.0f lines/s, %,.0f tokens/s",
            done,
            now.total(),
            now.failed(),
            rate,
            tokens));
    if (done < now.total()) {
      line.append(rate > 0 ? ", ETA " + duration((now.total() - done) / rate) : "");
      line.append(reason == null ? "" : ", waiting: " + reason);
    } else {
      line.append(", took ").append(duration(seconds));
    }
    return line.toString();
  }

  private static String duration(double seconds) {
    return Human.duration(Duration.ofMillis((long) (seconds * 1_000)));
  }
}
