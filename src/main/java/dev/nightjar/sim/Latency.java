package dev.nightjar.sim;

import dev.nightjar.config.DurationText;
import dev.nightjar.config.SettingsException;
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

  /** Evenly from {@code least} to {@code most}. */
  record Between(Duration least, Duration most) implements Latency {
    @Override
    public String toString() {
      return "%dms..%dms".formatted(least.toMillis(), most.toMillis());
    }
  }

  /** A long tail: half of the answers take less than {@code median}. */
  record LogNormal(Duration median, double sigma) implements Latency {
    @Override
    public String toString() {
      return "lognormal(%dms,%s)".formatted(median.toMillis(), sigma);
    }
  }

  /** The longest that any answer takes. */
  Duration MAX = Duration.ofHours(1);

  /** As {@code --latency} takes it; {@code name} is for the message. */
  static Latency parse(String name, String text) {
    int dots = text.indexOf("..");
    if (dots >= 0) {
      Duration least = DurationText.parse(name, text.substring(0, dots));
      Duration most = DurationText.parse(name, text.substring(dots + 2));
      if (least.compareTo(most) > 0) {
        throw new SettingsException(
            "%s is '%s'; the shorter time comes first, as in 20ms..80ms".formatted(name, text));
      }
      return new Between(least, most);
    }
    if (text.startsWith("lognormal")) {
      Matcher form = Forms.LOGNORMAL.matcher(text);
      if (!form.matches()) {
        throw new SettingsException(
            "%s is '%s'; write the median and sigma, as in lognormal(2s,1.0)"
                .formatted(name, text));
      }
      Duration median = DurationText.parse(name, form.group(1));
      return new LogNormal(median, Double.parseDouble(form.group(2)));
    }
    return new Fixed(DurationText.parse(name, text));
  }

  default Duration sample(RandomGenerator random) {
    Duration time =
        switch (this) {
          case Fixed fixed -> fixed.time();
          case Between(Duration least, Duration most) ->
              Duration.ofNanos(
                  least.toNanos() + (long) (random.nextDouble() * most.minus(least).toNanos()));
          case LogNormal(Duration median, double sigma) ->
              Duration.ofNanos((long) (median.toNanos() * Math.exp(sigma * random.nextGaussian())));
        };
    return time.compareTo(MAX) > 0 ? MAX : time;
  }

  /** How latencies are written. */
  final class Forms {
    private static final Pattern LOGNORMAL =
        Pattern.compile("lognormal\\(([^,]+),\\s*(\\d{1,3}(?:\\.\\d{1,9})?)\\)");

    private Forms() {}
  }
}
