package dev.nightjar.engine;

import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.validation.Validation;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the engine of whatever an effect throws, in the effect's own event, so that nothing that
 * was begun is waited for in vain; what says that the process is broken ends it. Any thread.
 */
final class EffectGuard {
  private static final System.Logger LOG = System.getLogger(EffectGuard.class.getName());

  private final Consumer<Event> events;

  /** Work on an effect; the last thing it does is to post its answer. */
  interface Work {
    void run() throws IOException;
  }

  EffectGuard(Consumer<Event> events) {
    this.events = events;
  }

  void run(Effect effect, Work work) {
    try {
      work.run();
    } catch (Throwable e) {
      ProcessEnd.ifBroken(e);
      LOG.log(System.Logger.Level.ERROR, effect.toString(), e);
      Event failed = failed(effect, e.getMessage() == null ? e.toString() : e.getMessage(), e);
      if (failed != null) {
        events.accept(failed);
      }
    }
  }

  private static @Nullable Event failed(Effect effect, String why, Throwable cause) {
    return switch (effect) {
      case Effect.Send send ->
          new Event.Ended(send.line(), new CallOutcome.LocalFault(cause.toString()));
      case Effect.Claim(long batch, int _, boolean _) ->
          new Event.ClaimFailed(batch, "its next lines cannot be read: " + why);
      case Effect.Seal seal ->
          new Event.SealFailed(seal.chunk().id(), "answers cannot be sealed: " + why);
      case Effect.Finish(long batch) ->
          new Event.FinishFailed(batch, "it cannot be finished: " + why);
      case Effect.Expire(long batch) ->
          new Event.ExpireFailed(batch, "it cannot be expired: " + why);
      case Effect.Probe(int upstream, String model) ->
          new Event.Probed(upstream, model, cause.toString());
      case Effect.ListModels(int upstream) -> new Event.ListFailed(upstream, cause.toString());
      case Effect.Validate(long batch) -> new Event.ValidateFailed(batch, Validation.reason(cause));
      case Effect.Append _ ->
          // The answer would be nowhere, and its line in flight without end.
          throw new IllegalStateException("an answer cannot be handed on", cause);
      case Effect.EndValidation _,
          Effect.Abort _,
          Effect.Release _,
          Effect.Say _,
          Effect.TellModels _ ->
          null;
    };
  }
}
