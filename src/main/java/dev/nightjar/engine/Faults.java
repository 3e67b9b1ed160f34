package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.engine.Lane.State;
import dev.nightjar.engine.Lane.Suspect;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whose fault a failed attempt is decides what follows (design §6). The upstream's: its lane waits
 * and the row spends nothing. The row's: it is tried a few times, then gets its error. Unclear: a
 * probe tells. Part of the engine: no clock, and its thread only.
 */
final class Faults {
  private static final int OUTAGES_BEFORE_ALONE = 3;
  private static final long KEY_REFUSED_MILLIS = 60_000;
  private static final long RETRY_AFTER_MAX_MILLIS = 3_600_000;

  /** Probes are cheap, and each second after an upstream's return is lost: docs/decisions/0003. */
  private static final Duration DOWN_WAIT_MAX = Duration.ofSeconds(3);

  /** Shorter pauses are everyday and not worth a word. */
  private static final int LEVEL_TO_SAY = 5;

  private final EngineLimits limits;
  private final Lanes lanes;
  private final RandomGenerator random;
  private final Engine engine;

  Faults(EngineLimits limits, Lanes lanes, RandomGenerator random, Engine engine) {
    this.limits = limits;
    this.lanes = lanes;
    this.random = random;
    this.engine = engine;
  }

  void ended(Line line, Attempt attempt, long now) {
    Lane lane = line.lane;
    if (lane == null) {
      throw new IllegalStateException("ended without being sent: " + line);
    }
    boolean wasAlone = lane.solo == line;
    lane.ended(line);
    switch (attempt) {
      case Attempt.Final(Answer answer) -> {
        lane.succeeded(line);
        engine.append(line, answer);
      }
      case Attempt.RowFault(Answer verdict) -> rowFault(line, verdict, now);
      case Attempt.Suspicious(String reason, Answer verdict) ->
          suspicious(line, lane, wasAlone, reason, verdict);
      case Attempt.Throttled(String reason, @Nullable Duration retryAfter) -> {
        long wait = wait(lane, retryAfter, limits.retries().laneMax());
        pause(lane, State.THROTTLED, reason, now, wait, line.laneGeneration);
        engine.putBack(line);
      }
      case Attempt.Unavailable(String reason, @Nullable Duration retryAfter) -> {
        long wait = wait(lane, retryAfter, DOWN_WAIT_MAX);
        pause(lane, State.DOWN, reason, now, wait, line.laneGeneration);
        engine.putBack(line);
      }
      case Attempt.KeyRefused(String reason) -> {
        if (pause(lane, State.DOWN, reason, now, KEY_REFUSED_MILLIS, line.laneGeneration)) {
          lane.keyRefused();
        }
        engine.putBack(line);
      }
      case Attempt.Aborted() -> engine.putBack(line);
      case Attempt.LocalFault(String reason) -> localFault(line, reason, now);
    }
  }

  /** Our own disk's: the row spends nothing, and is not sent again and again for nothing. */
  private void localFault(Line line, String reason, long now) {
    Trouble trouble = line.chunk.trouble;
    if (trouble.reason() == null) {
      engine.say(
          "line %d of batch %d waits: %s"
              .formatted(line.number(), line.batch().run.batch(), reason));
    }
    var _ = trouble.failed(reason);
    engine.putBackLater(line, now + Trouble.wait(line.localFaults++));
  }

  private void rowFault(Line line, Answer verdict, long now) {
    line.attempts++;
    if (line.attempts >= limits.retries().attempts()) {
      engine.append(line, verdict);
    } else {
      long wait = backoff(limits.retries().base(), limits.retries().max(), line.attempts - 1);
      engine.putBackLater(line, now + wait);
    }
  }

  private void suspicious(Line line, Lane lane, boolean wasAlone, String reason, Answer verdict) {
    if (wasAlone) {
      line.isAlone = true;
    }
    if (lane.state == State.DOWN && !lane.isProbing) {
      outage(line, verdict);
    } else {
      lane.suspicion = reason;
      engine.suspect(line, lane, verdict);
      if (!lane.isProbing) {
        engine.probe(lane);
      }
    }
  }

  /** The upstream went down under this line. One that was there each time may be the cause. */
  private void outage(Line line, Answer verdict) {
    line.outages++;
    if (line.isAlone) {
      engine.append(line, verdict);
    } else if (line.outages >= OUTAGES_BEFORE_ALONE) {
      engine.putBackAlone(line);
    } else {
      engine.putBack(line);
    }
  }

  void probed(Event.Probed probed, long now) {
    Lane lane = lanes.lane(probed.upstream(), probed.model());
    if (lane == null) {
      return;
    }
    lane.isProbing = false;
    String deadBecause = probed.deadBecause();
    boolean isDead = deadBecause != null;
    if (deadBecause != null) {
      String why = lane.suspicion == null ? deadBecause : lane.suspicion;
      long wait = lane.isKeyRefused ? KEY_REFUSED_MILLIS : wait(lane, null, DOWN_WAIT_MAX);
      if (lane.state == State.OPEN) {
        pause(lane, State.DOWN, why, now, wait, lane.generation);
      } else {
        lane.state = State.DOWN;
        lane.stillDown(deadBecause, now, wait);
        sayOnce(lane);
      }
    } else if (lane.state == State.DOWN) {
      open(lane, now);
    }
    lane.suspicion = null;
    for (Suspect suspect : List.copyOf(lane.suspects)) {
      suspect.line().chunk.busy--;
      if (isDead) {
        outage(suspect.line(), suspect.verdict());
      } else {
        rowFault(suspect.line(), suspect.verdict(), now);
      }
      engine.settle(suspect.line().chunk);
    }
    lane.suspects.clear();
  }

  /** Lanes whose pause is over: a throttled one opens, a dead one is probed. */
  void reopen(long now) {
    for (Pool pool : lanes.all()) {
      for (Lane lane : pool.lanes) {
        lane.endTrialIfLong(now);
        if (lane.state != State.OPEN && lane.pausedUntilMillis <= now) {
          lane.pausedUntilMillis = Long.MAX_VALUE;
          if (lane.state == State.THROTTLED) {
            open(lane, now);
          } else if (!lane.isProbing) {
            engine.probe(lane);
          }
        }
      }
    }
  }

  long nextMillis() {
    long next = Long.MAX_VALUE;
    for (Pool pool : lanes.all()) {
      for (Lane lane : pool.lanes) {
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
    if (lane.isSaid) {
      lane.isSaid = false;
      engine.say(lane + " goes on");
    }
  }

  private void sayOnce(Lane lane) {
    if (!lane.isSaid && (lane.level() >= LEVEL_TO_SAY || lane.isDownForLong())) {
      lane.isSaid = true;
      engine.say("%s is paused: %s".formatted(lane, lane.reason));
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
