package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.engine.core.OpenChunk.Line;
import dev.nightjar.engine.health.Scope;
import dev.nightjar.engine.health.Throttle;
import dev.nightjar.engine.health.Tries;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Failure;
import java.io.Serializable;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Whose fault a failed call is, by what comes of others (docs/design.md#whose-fault). Trouble that
 * stays with one line ends that line; trouble that meets different lines makes the upstream ill,
 * and spends none of them. Part of the engine: no clock, and its thread only.
 */
final class Faults implements Serializable {
  private static final int TOO_MANY = 429;

  /** Who asks for less is busy for a moment: so many a minute are told of in whole seconds. */
  private static final long OF_A_MINUTE_MILLIS = 1_000;

  private final EngineLimits limits;
  private final Lanes lanes;
  private final UnderWay underWay;
  private final Consumer<Effect> effects;
  private final Verdicts verdicts;
  private final Controls controls;

  /** Lanes on which something is to be watched: all others are well. */
  private final Set<Lane> watched = new LinkedHashSet<>();

  Faults(
      EngineLimits limits,
      Lanes lanes,
      UnderWay underWay,
      RandomGenerator random,
      Consumer<Effect> effects) {
    this.limits = limits;
    this.lanes = lanes;
    this.underWay = underWay;
    this.effects = effects;
    this.verdicts = new Verdicts(limits, underWay, random);
    this.controls = new Controls(limits, verdicts, random, effects);
  }

  // ---- calls

  List<Decision> ended(Line line, CallOutcome outcome, long now) {
    Lane lane = line.lane();
    Scope scope = line.scope();
    lane.ended(now);
    scope.ended(now);
    if (line.isSentAsSuspect()) {
      lane.upstream.cuts.suspectEnded();
    }
    switch (outcome) {
      case CallOutcome.Answered(Answer answer, var rates) -> {
        ok(line, lane, scope, now);
        lane.answered(line.span, answer.usage().total(), rates, now);
        verdicts.decide(new Decision.Append(line, answer));
      }
      case CallOutcome.Failed(Failure failure) -> failed(line, failure, now);
      case CallOutcome.Aborted() -> verdicts.decide(new Decision.PutBack(line));
      case CallOutcome.LocalFault(String reason) -> localFault(line, reason, now);
    }
    if (watched.contains(lane)) {
      review(lane, scope, now);
      settle(lane);
    }
    return verdicts.decided();
  }

  private void ok(Line line, Lane lane, Scope scope, long now) {
    int slots = lane.upstream.slots();
    line.ok(slots, now);
    lane.upstream.wasOk(now);
    if (scope.takeGoesOn()) {
      say(lane + " goes on");
    }
  }

  private void failed(Line line, Failure failure, long now) {
    Lane lane = line.lane();
    Tries tries = line.tries();
    if (failure.kind() == Failure.Kind.THROTTLED && tries.judged() == 0) {
      throttled(lane, line, failure, now);
    }
    line.scope().failed(line.sent(), failure, tries, now);
    underWay.add(line);
    verdicts.decide(new Decision.Hold(line));
    watched.add(lane);
  }

  private void throttled(Lane lane, Line line, Failure failure, long now) {
    Throttle throttle = lane.throttle;
    if (throttle.throttled(line.key(), lane.upstream.slots(), now)) {
      Duration laneMax = limits.retries().laneMax();
      long asked = Controls.asked(failure);
      long wait =
          asked >= 0
              ? asked
              : verdicts.backoff(limits.retries().laneBase(), laneMax, throttle.level());
      throttle.pause(failure.reason(), now + wait);
      if (asked >= OF_A_MINUTE_MILLIS && failure.status() == TOO_MANY) {
        lane.refused(line.span, line.sent().atMillis(), now);
      }
      line.scope().returns(now + wait + 1_000);
    }
  }

  /** Our own disk's: the line spends nothing, and is not sent again and again for nothing. */
  private void localFault(Line line, String reason, long now) {
    Backoff backoff = line.chunk.backoff;
    if (backoff.reason() == null) {
      say("line %d of batch %d waits: %s".formatted(line.number(), line.chunk.batch.id(), reason));
    }
    var _ = backoff.failed(reason);
    verdicts.decide(
        new Decision.PutBackLater(line, now + Backoff.wait(line.chunk.metLocalFault(line))));
  }

  // ---- judging

  private void review(Lane lane, Scope scope, long now) {
    if (!lane.isServing()) {
      verdicts.dismiss(scope.doubts.takeAll());
    } else if (scope.isResting()) {
      verdicts.explain(scope, now);
    } else if (scope.isOpen() && scope.isSuspicious(now)) {
      controls.ask(lane, scope, now);
    } else if (scope.isOpen()) {
      scope.doubts.takeRipe(now).forEach(one -> verdicts.judge(scope, one, now));
    }
  }

  List<Decision> controlled(Event.Controlled event, long now) {
    Lane lane = lanes.lane(event.upstream(), event.model());
    Scope scope = lane == null ? null : lane.known(event.url());
    if (lane != null && scope != null && scope.isAsking()) {
      controls.ended(lane, scope, event.outcome(), now);
      settle(lane);
    }
    return verdicts.decided();
  }

  // ---- time

  /** What changes by itself. */
  List<Decision> pass(long now) {
    for (Lane lane : List.copyOf(watched)) {
      if (lanes.lane(lane.upstream.index, lane.model) != lane) {
        watched.remove(lane);
      } else if (lane.nextMillis() <= now) {
        pass(lane, now);
      }
    }
    return verdicts.decided();
  }

  private void pass(Lane lane, long now) {
    boolean isReopened = lane.throttle.takePauseOver(now);
    for (Scope scope : lane.scopes()) {
      if (isReopened) {
        scope.reopened(now);
      }
      pass(lane, scope, now);
    }
    settle(lane);
  }

  /** Something of it may have changed. */
  private void settle(Lane lane) {
    lane.findNext();
    if (lane.isCalm()) {
      watched.remove(lane);
    }
  }

  private void pass(Lane lane, Scope scope, long now) {
    scope.pass(lane.upstream.slots(), now);
    review(lane, scope, now);
    if (scope.isRestOver(now)) {
      controls.askAgain(lane, scope, now);
    }
  }

  /** A batch stops: nothing of it waits to be judged any more. */
  List<Decision> drop(ActiveBatch batch) {
    for (Lane lane : List.copyOf(watched)) {
      for (Scope scope : lane.scopes()) {
        verdicts.dismiss(scope.doubts.take(one -> one.line().chunk().batch() == batch.id()));
      }
      settle(lane);
    }
    return verdicts.decided();
  }

  long nextMillis() {
    long next = Long.MAX_VALUE;
    for (Lane lane : watched) {
      next = Math.min(next, lane.nextMillis());
    }
    return next;
  }

  private void say(String message) {
    effects.accept(new Effect.Say(message));
  }
}
