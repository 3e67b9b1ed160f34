package dev.nightjar.engine;

import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.validation.Validation;
import java.io.IOException;
import java.util.function.Consumer;

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
      Event failed = effect.failed(why(effect, e));
      if (failed != null) {
        events.accept(failed);
      }
    }
  }

  private static String why(Effect effect, Throwable failure) {
    return effect instanceof Effect.Validate
        ? Validation.reason(failure)
        : Validation.words(failure);
  }
}
