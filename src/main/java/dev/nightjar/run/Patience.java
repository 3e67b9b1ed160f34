package dev.nightjar.run;

import dev.nightjar.engine.message.EngineFigures;
import dev.nightjar.engine.message.EngineFigures.UpstreamFigures;
import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.terminal.ExitCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How long a run goes on with upstreams that give it nothing: it has no deadline, and whoever waits
 * for it wants to know. Is told what the engine shows, again and again, by one thread.
 */
final class Patience {
  /** From the first call on what answers is not what was meant: nothing will come of waiting. */
  private static final long ASTRAY_MILLIS = 8_000;

  /** A key may be on its way to all nodes of a gateway. */
  private static final long DENIED_MILLIS = 45_000;

  private static final long NOTHING_OK_MILLIS = Duration.ofMinutes(10).toMillis();
  private static final long AGAIN_MILLIS = Duration.ofMinutes(1).toMillis();

  private final @Nullable Duration wait;
  private final Map<String, Said> said = new HashMap<>();
  private long completed;
  private long okAt;
  private long illSince;

  private record Said(String reason, long atMillis) {}

  /** Why a run ends before its lines do. */
  record End(int exitCode, String sentence) {}

  /**
   * @param wait until something is ok, whatever the upstreams say; null: as long as makes sense
   */
  Patience(@Nullable Duration wait, long nowMillis) {
    this.wait = wait;
    this.okAt = nowMillis;
    this.illSince = Long.MAX_VALUE;
  }

  /** What is to be said of upstreams that are ill: at once, and once a minute. */
  List<String> news(EngineFigures figures, long nowMillis) {
    var news = new ArrayList<String>();
    for (UpstreamFigures upstream : figures.upstreams()) {
      if (upstream.illness() == null) {
        said.remove(upstream.name());
        continue;
      }
      String reason = upstream.illness().reason();
      Said before = said.get(upstream.name());
      if (before == null || !before.reason.equals(reason)) {
        news.add(reason);
      } else if (nowMillis - before.atMillis >= AGAIN_MILLIS) {
        news.add(reason + " (still)");
      } else {
        continue;
      }
      said.put(upstream.name(), new Said(reason, nowMillis));
    }
    return news;
  }

  /** Empty while there is hope. */
  Optional<End> look(EngineFigures figures, long nowMillis) {
    if (figures.done().completed() > completed) {
      completed = figures.done().completed();
      okAt = nowMillis;
    }
    List<UpstreamFigures> ill =
        figures.upstreams().stream().filter(upstream -> upstream.illness() != null).toList();
    boolean isHopeless =
        !ill.isEmpty()
            && figures.upstreams().stream()
                .allMatch(upstream -> upstream.illness() != null || upstream.inFlight() == 0);
    illSince = isHopeless ? Math.min(illSince, nowMillis) : Long.MAX_VALUE;
    return isHopeless && isTooLong(ill, nowMillis) ? Optional.of(end(ill)) : Optional.empty();
  }

  private boolean isTooLong(List<UpstreamFigures> ill, long nowMillis) {
    if (wait != null) {
      return nowMillis - okAt >= wait.toMillis();
    }
    if (nowMillis - okAt >= NOTHING_OK_MILLIS) {
      return true;
    }
    boolean hasAnswered = completed > 0 || ill.stream().anyMatch(UpstreamFigures::hasAnswered);
    if (hasAnswered
        || !ill.stream()
            .allMatch(upstream -> is(upstream, Kind.ASTRAY) || is(upstream, Kind.DENIED))) {
      return false;
    }
    boolean isDenied = ill.stream().anyMatch(upstream -> is(upstream, Kind.DENIED));
    return nowMillis - illSince >= (isDenied ? DENIED_MILLIS : ASTRAY_MILLIS);
  }

  private static boolean is(UpstreamFigures upstream, Kind kind) {
    return upstream.illness() != null && upstream.illness().kind() == kind;
  }

  private static End end(List<UpstreamFigures> ill) {
    boolean isKey = ill.stream().allMatch(upstream -> is(upstream, Kind.DENIED));
    var reasons = new ArrayList<String>();
    for (UpstreamFigures upstream : ill) {
      if (upstream.illness() != null) {
        reasons.add(upstream.illness().reason());
      }
    }
    return new End(
        isKey ? ExitCode.KEY_REFUSED : ExitCode.UNREACHABLE,
        "given up: %s (--wait-for-upstream waits longer)".formatted(String.join("; ", reasons)));
  }
}
