package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.engine.core.Lane.State;
import dev.nightjar.engine.core.Lane.Suspect;
import dev.nightjar.engine.core.OpenChunk.Line;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Failure;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whose fault a failed attempt is decides what follows (docs/design.md#whose-fault). The
 * upstream's: its lane waits and the line spends nothing. The line's: it is tried a few times, then
 * gets its error. Unclear: a probe tells. Part of the engine: no clock, and its thread only.
 */
final class Faults implements Serializable {
  private static final int OUTAGES_BEFORE_ALONE = 3;
  private static final Set<Integer> GATEWAYS = Set.of(502, 503, 504, 529);
  private static final long KEY_REFUSED_MILLIS = 60_000;
  private static final long RETRY_AFTER_MAX_MILLIS = 3_600_000;

  /** Probes are cheap, and each second after an upstream's return is lost: docs/decisions/0003. */
  private static final Duration DOWN_WAIT_MAX = Duration.ofSeconds(3);

  private final EngineLimits limits;
  private final Lanes lanes;
  private final UnderWay underWay;
  private final RandomGenerator random;
  private final Consumer<Effect> effects;
  private List<Decision> decisions = new ArrayList<>();

  Faults(
      EngineLimits limits,
      Lanes lanes,
      UnderWay underWay,
      RandomGenerator random,
      Consumer<Effect> effects) {
    this.limits = limits;
    this.lanes = lanes;
    this.underWay = underWay;
    this.random = random;
    this.effects = effects;
  }

  /** In the order in which they are to be done. */
  private List<Decision> decided() {
    List<Decision> all = decisions;
    decisions = new ArrayList<>();
    return all;
  }

  List<Decision> ended(Line line, CallOutcome attempt, long now) {
    judge(line, attempt, now);
    return decided();
  }

  private void judge(Line line, CallOutcome attempt, long now) {
    Lane lane = line.lane();
    boolean wasAlone = lane.ended(line.id(), line.generation());
    switch (attempt) {
      case CallOutcome.Answered(Answer answer) -> {
        lane.succeeded(line.generation());
        decide(new Decision.Append(line, answer));
      }
      case CallOutcome.Failed(Failure failure) -> failed(line, failure, wasAlone, now);
      case CallOutcome.Aborted() -> decide(new Decision.PutBack(line));
      case CallOutcome.LocalFault(String reason) -> localFault(line, reason, now);
    }
  }

  private void failed(Line line, Failure failure, boolean wasAlone, long now) {
    Lane lane = line.lane();
    switch (failure.kind()) {
      case REFUSED, ASTRAY -> {
        lane.succeeded(line.generation());
        decide(new Decision.Append(line, failure.verdict()));
      }
      case THROTTLED -> {
        long wait = wait(lane, failure.retryAfter(), limits.retries().laneMax());
        pause(lane, State.THROTTLED, failure.reason(), now, wait, line.generation());
        decide(new Decision.PutBack(line));
      }
      case DENIED -> {
        String reason = failure.reason();
        if (pause(lane, State.DOWN, reason, now, KEY_REFUSED_MILLIS, line.generation())) {
          lane.keyRefused();
        }
        decide(new Decision.PutBack(line));
      }
      case BROKEN -> broken(line, failure, wasAlone, now);
    }
  }

  private void broken(Line line, Failure failure, boolean wasAlone, long now) {
    Lane lane = line.lane();
    if (failure.is(Failure.Mark.UNSENT) || GATEWAYS.contains(failure.status())) {
      long wait = wait(lane, failure.retryAfter(), DOWN_WAIT_MAX);
      pause(lane, State.DOWN, failure.reason(), now, wait, line.generation());
      decide(new Decision.PutBack(line));
    } else if (failure.is(Failure.Mark.CUT) || failure.status() >= 500) {
      suspicious(line, lane, wasAlone, failure.reason(), failure.verdict());
    } else {
      lineFault(line, failure.verdict(), now);
    }
  }

  /** Our own disk's: the line spends nothing, and is not sent again and again for nothing. */
  private void localFault(Line line, String reason, long now) {
    Backoff backoff = line.chunk.backoff;
    if (backoff.reason() == null) {
      say("line %d of batch %d waits: %s".formatted(line.number(), line.chunk.batch.id(), reason));
    }
    var _ = backoff.failed(reason);
    decide(new Decision.PutBackLater(line, now + Backoff.wait(line.chunk.metLocalFault(line))));
  }

  private void lineFault(Line line, Answer verdict, long now) {
    int attempts = line.chunk.failed(line);
    if (attempts >= limits.retries().attempts()) {
      decide(new Decision.Append(line, verdict));
    } else {
      long wait = backoff(limits.retries().base(), limits.retries().max(), attempts - 1);
      decide(new Decision.PutBackLater(line, now + wait));
    }
  }

  private void suspicious(Line line, Lane lane, boolean wasAlone, String reason, Answer verdict) {
    if (wasAlone) {
      line.chunk.ranAlone(line);
    }
    if (lane.state() == State.DOWN && !lane.isProbing()) {
      outage(line, verdict);
    } else {
      lane.suspect(line.id(), verdict, reason);
      decide(new Decision.Suspect(line));
      if (!lane.isProbing()) {
        probe(lane);
      }
    }
  }

  private void decide(Decision decision) {
    decisions.add(decision);
  }

  private void probe(Lane lane) {
    lane.probing();
    effects.accept(new Effect.Probe(lane.upstream.index, lane.model));
  }

  private void say(String message) {
    effects.accept(new Effect.Say(message));
  }

  /** The upstream went down under this line. One that was there each time may be the cause. */
  private void outage(Line line, Answer verdict) {
    int outages = line.chunk.sawOutage(line);
    if (line.isAlone()) {
      decide(new Decision.Append(line, verdict));
    } else if (outages >= OUTAGES_BEFORE_ALONE) {
      decide(new Decision.PutBackAlone(line));
    } else {
      decide(new Decision.PutBack(line));
    }
  }

  List<Decision> probed(Event.Probed probed, long now) {
    Lane lane = lanes.lane(probed.upstream(), probed.model());
    if (lane != null) {
      probed(lane, probed.deadBecause(), now);
    }
    return decided();
  }

  private void probed(Lane lane, @Nullable String deadBecause, long now) {
    String suspicion = lane.suspicion();
    List<Suspect> suspects = lane.probed();
    boolean isDead = deadBecause != null;
    if (deadBecause != null) {
      String why = suspicion == null ? deadBecause : suspicion;
      long wait = lane.isKeyRefused() ? KEY_REFUSED_MILLIS : wait(lane, null, DOWN_WAIT_MAX);
      if (lane.state() == State.OPEN) {
        pause(lane, State.DOWN, why, now, wait, lane.generation());
      } else {
        lane.stillDown(deadBecause, now, wait);
        sayOnce(lane);
      }
    } else if (lane.state() == State.DOWN) {
      open(lane, now);
    }
    for (Suspect suspect : suspects) {
      Line line = underWay.take(suspect.line());
      decide(new Decision.Cleared(line));
      if (isDead) {
        outage(line, suspect.verdict());
      } else {
        lineFault(line, suspect.verdict(), now);
      }
    }
  }

  /** Lanes whose pause is over: a throttled one opens, a dead one is probed. */
  List<Decision> reopen(long now) {
    for (ModelQueue queue : lanes.all()) {
      for (Lane lane : queue.lanes) {
        lane.endTrialIfLong(now);
        if (lane.takePauseOver(now)) {
          if (lane.state() == State.THROTTLED) {
            open(lane, now);
          } else if (!lane.isProbing()) {
            probe(lane);
          }
        }
      }
    }
    return decided();
  }

  long nextMillis() {
    long next = Long.MAX_VALUE;
    for (ModelQueue queue : lanes.all()) {
      for (Lane lane : queue.lanes) {
        next = Math.min(next, lane.nextMillis());
      }
    }
    return next;
  }

  private boolean pause(
      Lane lane, State state, String reason, long now, long waitMillis, int generation) {
    boolean isPaused = lane.pause(state, reason, now, waitMillis, generation);
    if (isPaused) {
      sayOnce(lane);
    }
    return isPaused;
  }

  private void open(Lane lane, long now) {
    lane.open(now);
    if (lane.takeSaid()) {
      say(lane + " goes on");
    }
  }

  private void sayOnce(Lane lane) {
    if (lane.takeSaying()) {
      say("%s is paused: %s".formatted(lane, lane.reason()));
    }
  }

  /** As long as the upstream asked for, if that is any time; else doubling up to {@code max}. */
  private long wait(Lane lane, @Nullable Duration asked, Duration max) {
    return asked != null && asked.isPositive()
        ? Math.min(asked.toMillis(), RETRY_AFTER_MAX_MILLIS)
        : backoff(limits.retries().laneBase(), max, lane.level());
  }

  /** Doubling, with a jitter of up to half, so that lines that failed together do not return so. */
  private long backoff(Duration base, Duration max, int doublings) {
    long full = Math.min(max.toMillis(), base.toMillis() << Math.min(doublings, 20));
    return full / 2 + random.nextLong(full / 2 + 1);
  }
}
