package dev.nightjar.engine.core;

import dev.nightjar.engine.message.BatchStart;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Failure;
import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.Picture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Laws that look right and are not, put between the engine and the rest. */
enum LawBug {
  RETRY_WITHOUT_BACKOFF,
  CONTROL_CALL_THAT_IS_REFUSED_FOR_ITS_OWN_SAKE,
  PROBE_THAT_IS_BELIEVED,
  TRIALS_ALWAYS_WITH_THE_SAME_LINE,
  HEALTH_COUNTED_PER_CALL,
  SCOPE_TOO_WIDE,
  JUDGED_BEFORE_OTHERS_HAVE_ENDED;

  private static final int FAILURES_IN_A_ROW = 10;

  SimulatedCore.Maker maker() {
    return (limits, upstreams, seed) ->
        new Planted(this, SimulatedCore.real(limits(limits), upstreams, seed));
  }

  private EngineLimits limits(EngineLimits limits) {
    Duration none = Duration.ofMillis(1);
    return this == RETRY_WITHOUT_BACKOFF
        ? limits.withRetries(new EngineLimits.Retries(5, none, none, none, none))
        : limits;
  }

  private static final class Planted implements SimulatedCore {
    private final LawBug bug;
    private final SimulatedCore real;
    private final Map<Integer, Trial> trials = new HashMap<>();
    private final Map<LineId, Integer> upstreams = new HashMap<>();
    private int failuresInARow;

    /** The line that has to be ok before another is sent to an upstream. */
    private static final class Trial {
      private final List<Effect> held = new ArrayList<>();
      private boolean isOn;
      private @Nullable LineId line;
    }

    Planted(LawBug bug, SimulatedCore real) {
      this.bug = bug;
      this.real = real;
    }

    @Override
    public List<Effect> step(Event event, long now) {
      List<Effect> effects = real.step(seen(event), now);
      return bug == TRIALS_ALWAYS_WITH_THE_SAME_LINE ? onTrial(event, effects) : effects;
    }

    private Event seen(Event event) {
      return switch (event) {
        case Event.Started(BatchStart run) when bug == SCOPE_TOO_WIDE -> narrowed(run);
        case Event.Controlled controlled -> controlled(controlled);
        case Event.Ended(LineId line, CallOutcome outcome) -> ended(line, outcome);
        default -> event;
      };
    }

    private Event narrowed(BatchStart run) {
      return new Event.Started(
          new BatchStart(
              run.batch(),
              run.model(),
              EngineDriver.URL,
              run.deadlineMillis(),
              run.lines(),
              run.unsealedChunks(),
              run.sealed(),
              run.sealedUsage(),
              run.ending(),
              run.isFromBefore()));
    }

    private Event controlled(Event.Controlled event) {
      boolean isRefused =
          bug == CONTROL_CALL_THAT_IS_REFUSED_FOR_ITS_OWN_SAKE
              || (bug == HEALTH_COUNTED_PER_CALL && failuresInARow >= FAILURES_IN_A_ROW);
      CallOutcome outcome = event.outcome();
      if (isRefused) {
        outcome = Outcomes.failed(Kind.BROKEN, 500, "refused");
      } else if (bug == PROBE_THAT_IS_BELIEVED) {
        outcome = Outcomes.ok();
      }
      return new Event.Controlled(event.upstream(), event.model(), event.url(), outcome);
    }

    private Event ended(LineId line, CallOutcome outcome) {
      boolean isOk = outcome instanceof CallOutcome.Answered;
      failuresInARow = isOk ? 0 : failuresInARow + 1;
      boolean isLast = bug == JUDGED_BEFORE_OTHERS_HAVE_ENDED;
      return isLast && outcome instanceof CallOutcome.Failed(Failure failure)
          ? new Event.Ended(line, new CallOutcome.Answered(failure.verdict()))
          : new Event.Ended(line, outcome);
    }

    private List<Effect> onTrial(Event event, List<Effect> effects) {
      var wanted = new ArrayList<Effect>();
      if (event instanceof Event.Controlled controlled) {
        Trial trial = trials.computeIfAbsent(controlled.upstream(), _ -> new Trial());
        trial.isOn |= controlled.outcome() instanceof CallOutcome.Failed;
      }
      if (event instanceof Event.Ended(LineId line, CallOutcome.Answered _)) {
        release(line, wanted);
      }
      for (Effect effect : effects) {
        if (effect instanceof Effect.Send send && isHeld(send)) {
          continue;
        }
        wanted.add(effect);
      }
      return wanted;
    }

    private void release(LineId line, List<Effect> wanted) {
      Trial trial = trials.get(upstreams.getOrDefault(line, -1));
      if (trial != null && line.equals(trial.line)) {
        trial.isOn = false;
        trial.line = null;
        wanted.addAll(trial.held);
        trial.held.clear();
      }
    }

    private boolean isHeld(Effect.Send send) {
      upstreams.put(send.line(), send.upstream());
      Trial trial = trials.get(send.upstream());
      if (trial == null || !trial.isOn) {
        return false;
      }
      trial.line = trial.line == null ? send.line() : trial.line;
      boolean isHeld = !send.line().equals(trial.line);
      if (isHeld) {
        trial.held.add(send);
      }
      return isHeld;
    }

    @Override
    public long nextWakeMillis() {
      return real.nextWakeMillis();
    }

    @Override
    public boolean isQuiet() {
      return real.isQuiet();
    }

    @Override
    public Picture picture() {
      return real.picture();
    }

    @Override
    public Supplier<SimulatedCore> saved() {
      return () -> this;
    }
  }
}
