package dev.nightjar.engine.core;

import dev.nightjar.engine.health.Breaker.Pause;
import dev.nightjar.engine.health.Scope;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Failure;
import java.io.Serializable;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Asks upstreams by small calls whether they are well, where other lines do not tell, and makes
 * those rest that are not. Part of the engine: no clock, and its thread only.
 */
final class Controls implements Serializable {
  private static final int OKS_TO_JUDGE = 3;
  private static final long RETRY_AFTER_MAX_MILLIS = 3_600_000;

  private final EngineLimits limits;
  private final Verdicts verdicts;
  private final RandomGenerator random;
  private final Consumer<Effect> effects;

  Controls(
      EngineLimits limits, Verdicts verdicts, RandomGenerator random, Consumer<Effect> effects) {
    this.limits = limits;
    this.verdicts = verdicts;
    this.random = random;
    this.effects = effects;
  }

  /** None was ok of many lines, or there is nothing else to compare them with. */
  void ask(Lane lane, Scope scope, long now) {
    ask(lane, scope, OKS_TO_JUDGE, now);
  }

  /** Its rest is over: may lines be sent again? */
  void askAgain(Lane lane, Scope scope, long now) {
    if (scope.isTimeToTry(now)) {
      reopen(lane, scope, false, now);
    } else {
      ask(lane, scope, scope.oksToBeSure(), now);
    }
  }

  private void ask(Lane lane, Scope scope, int oks, long now) {
    scope.ask(oks);
    if (limits.hasControlCalls()) {
      control(lane, scope);
    } else {
      nobody(lane, scope, now);
    }
  }

  private void control(Lane lane, Scope scope) {
    lane.upstream.controlled();
    effects.accept(
        new Effect.Control(
            lane.upstream.index, lane.model, lane.name(), lane.url(scope), scope.isAskedByLine()));
  }

  void ended(Lane lane, Scope scope, CallOutcome outcome, long now) {
    switch (outcome) {
      case CallOutcome.Answered _ -> ok(lane, scope, now);
      case CallOutcome.Failed(Failure refusal) -> {
        switch (scope.refused(refusal, now)) {
          case ILL -> ill(lane, scope, refusal, now);
          case ASK_BY_LINE -> control(lane, scope);
          case UNKNOWN -> unknown(lane, scope, now);
        }
      }
      case CallOutcome.Aborted _, CallOutcome.LocalFault _ -> nobody(lane, scope, now);
    }
  }

  private void ok(Lane lane, Scope scope, long now) {
    if (!scope.controlled(now)) {
      control(lane, scope);
    } else if (scope.isResting()) {
      verdicts.explain(scope, Long.MAX_VALUE);
      reopen(lane, scope, true, now);
    } else {
      verdicts.judgeByControl(scope, now);
    }
  }

  /** No control call can tell, but the upstream is there: what it says counts. */
  private void unknown(Lane lane, Scope scope, long now) {
    scope.endAsking();
    if (scope.isResting()) {
      reopen(lane, scope, false, now);
    } else {
      verdicts.judgeByTime(scope, now);
    }
  }

  /** Nor is it known to be there: who had no answer waits until it is. */
  private void nobody(Lane lane, Scope scope, long now) {
    Failure silence = scope.isResting() ? null : scope.doubts.silence();
    if (silence == null) {
      unknown(lane, scope, now);
    } else {
      scope.endAsking();
      ill(lane, scope, silence, now);
    }
  }

  /** Whoever was away may be back with another model: it says so before any line is sent. */
  private void reopen(Lane lane, Scope scope, boolean wasControlOk, long now) {
    scope.tried(wasControlOk, now);
    if (wasControlOk) {
      lane.throttle.over();
    }
    if (!lane.upstream.isConfigured()) {
      lane.awaitListing();
      effects.accept(new Effect.ListModels(lane.upstream.index));
    }
  }

  private void ill(Lane lane, Scope scope, Failure why, long now) {
    if (scope.illness() == null && !lane.upstream.isConfigured()) {
      effects.accept(new Effect.ListModels(lane.upstream.index));
    }
    double jitter = 0.75 + random.nextDouble() / 2;
    long base = limits.retries().base().toMillis();
    scope.rest(why, new Pause(asked(why), base, jitter), now);
    if (scope.takeSaying()) {
      effects.accept(new Effect.Say("%s is paused: %s".formatted(lane, why.reason())));
    }
    verdicts.explain(scope, now);
  }

  /** For how long it asks to be left alone, an hour at most; less than 0: it does not say. */
  static long asked(Failure failure) {
    Duration asked = failure.retryAfter();
    return asked != null && asked.isPositive()
        ? Math.clamp(asked.toMillis(), 1, RETRY_AFTER_MAX_MILLIS)
        : -1;
  }
}
