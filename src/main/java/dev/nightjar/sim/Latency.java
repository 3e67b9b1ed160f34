package dev.nightjar.sim;

import dev.nightjar.config.DurationText;
import dev.nightjar.config.Settings.SettingsException;
import java.time.Duration;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long an answer takes. */
public sealed interface Latency {
  /** Always the same. */
  record Fixed(Duration time) implements Latency {
    @Override
    public String toString() {
      return time.toMillis() + "ms";
    }
  }

  /** Evenly between two. */
  record Uniform(Duration from, Duration to) implements Latency {
    @Override
    public String toString() {
      return from.toMillis() + "ms.." + to.toMillis() + "ms";
    }
  }

  /** As real models' lengths are: a median, and the sigma of the logarithm. */
  record LogNormal(Duration median, double sigma) implements Latency {
    @Override
    public String toString() {
      return "lognormal(" + median.toMillis() + "ms," + sigma + ")";
    }
  }

  /** {@code 50ms}, {@code 20ms..80ms} or {@code lognormal(2s,1.0)}. */
  static Latency parse(String text) {
    Matcher logNormal = Pattern.compile("lognormal\\(([^,]+),\\s*([0-9.]+)\\)").matcher(text);
    if (logNormal.matches()) {
      return new LogNormal(
          DurationText.parse("--latency", logNormal.group(1).trim()),
          Double.parseDouble(logNormal.group(2)));
    }
    int dots = text.indexOf("..");
    if (dots < 0) {
      return new Fixed(DurationText.parse("--latency", text));
    }
    Duration from = DurationText.parse("--latency", text.substring(0, dots));
    Duration to = DurationText.parse("--latency", text.substring(dots + 2));
    if (to.compareTo(from) < 0) {
      throw new SettingsException("--latency is '%s'; the second is to be longer".formatted(text));
    }
    return new Uniform(from, to);
  }

  /** One time, in milliseconds. */
  default long drawMillis(RandomGenerator random) {
    return switch (this) {
      case Fixed(Duration time) -> time.toMillis();
      case Uniform(Duration from, Duration to) ->
          random.nextLong(from.toMillis(), to.toMillis() + 1);
      case LogNormal(Duration median, double sigma) ->
          Math.round(median.toMillis() * Math.exp(sigma * random.nextGaussian()));
    };
  }
}
