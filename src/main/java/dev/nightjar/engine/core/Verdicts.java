package dev.nightjar.engine.core;

import dev.nightjar.engine.core.OpenChunk.Line;
import dev.nightjar.engine.health.Scope;
import dev.nightjar.engine.health.Unjudged;
import dev.nightjar.engine.message.EngineLimits;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What becomes of lines whose calls failed: decided one by one, and carried out by the owner of
 * each. Part of the engine: no clock, and its thread only.
 */
final class Verdicts implements Serializable {
  private static final long VOID_MAX_BASES = 120;
  private static final int GAP_BASES = 30;
  private static final long SPREAD_MILLIS = 270_000;

  private final EngineLimits limits;
  private final UnderWay underWay;
  private final RandomGenerator random;
  private List<Decision> decisions = new ArrayList<>();

  Verdicts(EngineLimits limits, UnderWay underWay, RandomGenerator random) {
    this.limits = limits;
    this.underWay = underWay;
    this.random = random;
  }

  /** In the order in which they are to be done. */
  List<Decision> decided() {
    if (decisions.isEmpty()) {
      return List.of();
    }
    List<Decision> all = decisions;
    decisions = new ArrayList<>();
    return all;
  }

  void decide(Decision decision) {
    decisions.add(decision);
  }

  /** By its neighbours. */
  void judge(Scope scope, Unjudged one, long now) {
    Line line = release(one);
    if (scope.doubts.brokeTogether(one, now)) {
      brokeTogether(scope, line, one, now);
    } else if (one.isRefusal()) {
      if (scope.doubts.isRefusedForGood(one)) {
        decide(new Decision.Append(line, one.failure().verdict()));
      } else {
        again(scope, line, now + wait(0));
      }
    } else if (scope.doubts.isTry(one)) {
      tried(scope, line, one, now + wait(one.tries().judged() - 1));
    } else {
      Duration max = limits.retries().base().multipliedBy(VOID_MAX_BASES);
      again(scope, line, now + backoff(limits.retries().base(), max, one.tries().voided()));
    }
  }

  private Line release(Unjudged one) {
    Line line = underWay.take(one.line());
    decide(new Decision.Release(line));
    return line;
  }

  private void tried(Scope scope, Line line, Unjudged one, long againAtMillis) {
    if (one.tries().weight() >= limits.retries().attempts() - 0.01) {
      decide(new Decision.Append(line, one.failure().verdict()));
    } else {
      again(scope, line, againAtMillis);
    }
  }

  private void again(Scope scope, Line line, long atMillis) {
    scope.returns(atMillis);
    decide(new Decision.PutBackLater(line, atMillis));
  }

  private void brokeTogether(Scope scope, Line line, Unjudged one, long now) {
    decide(
        scope.doubts.isGuilty(one, now)
            ? new Decision.Append(line, one.failure().verdict())
            : new Decision.PutBack(line));
  }

  /** An illness explains what failed: it was not the lines. */
  void explain(Scope scope, long now) {
    for (Unjudged one : scope.doubts.takeExplained(now)) {
      one.tries().explained();
      brokeTogether(scope, release(one), one, now);
    }
  }

  /** By control calls that were ok: the upstream is well, and these failed. */
  void judgeByControl(Scope scope, long now) {
    for (Unjudged one : scope.doubts.takeAll()) {
      Line line = release(one);
      if (scope.doubts.brokeTogether(one, now)) {
        brokeTogether(scope, line, one, now);
      } else if (one.isRefusal()) {
        refusedThoughControlled(scope, line, one, now);
      } else {
        one.tries().failedThoughControlled();
        tried(scope, line, one, now + gap(one));
      }
    }
    scope.doubts.calm(now);
  }

  /** The time that the call took counts. */
  private long gap(Unjudged one) {
    long base = limits.retries().base().toMillis();
    return Math.max(base, jittered(GAP_BASES * base) - one.stayMillis());
  }

  private void refusedThoughControlled(Scope scope, Line line, Unjudged one, long now) {
    if (one.tries().refused(one.failure())) {
      decide(new Decision.Append(line, one.failure().verdict()));
    } else {
      again(scope, line, now + wait(1));
    }
  }

  /** By nothing but that the upstream is there: over an hour. */
  void judgeByTime(Scope scope, long now) {
    for (Unjudged one : scope.doubts.takeAll()) {
      Line line = release(one);
      one.tries().failedThoughControlled();
      tried(scope, line, one, now + jittered(SPREAD_MILLIS));
    }
    scope.doubts.calm(now);
  }

  /** Not at all: they may be sent elsewhere, or are not wanted any more. */
  void dismiss(List<Unjudged> taken) {
    taken.forEach(one -> decide(new Decision.PutBack(release(one))));
  }

  private long wait(int doublings) {
    return backoff(limits.retries().base(), limits.retries().max(), doublings);
  }

  private long jittered(long millis) {
    return millis + random.nextLong(millis / 2 + 1);
  }

  /** Doubling, with a jitter of up to half, so that lines that failed together do not return so. */
  long backoff(Duration base, Duration max, int doublings) {
    long full = Math.min(max.toMillis(), base.toMillis() << Math.min(doublings, 20));
    return full / 2 + random.nextLong(full / 2 + 1);
  }
}
