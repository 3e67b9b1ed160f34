package dev.nightjar.engine.core;

import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.engine.trace.EffectHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The engine of one life of the process, what it was told, and what it made of it. The same events
 * at the same times have the same effects, from the start as from any step.
 */
final class RecordedCore {
  private final Supplier<SimulatedCore> beginning;
  private final SimulatedCore core;
  private final RandomGenerator random;
  private final List<Stepped> steps = new ArrayList<>();
  private Supplier<SimulatedCore> middle;
  private int stepsBeforeMiddle;

  private record Stepped(Event event, long now, int effectHash) {}

  RecordedCore(Supplier<SimulatedCore> beginning, long seed) {
    this.beginning = beginning;
    this.core = beginning.get();
    this.random = new SplittableRandom(seed);
    this.middle = core.saved();
  }

  List<Effect> step(Event event, long now) {
    if (random.nextInt(steps.size() + 1) == 0) { // So that each step is as likely to be the last.
      middle = core.saved();
      stepsBeforeMiddle = steps.size();
    }
    List<Effect> effects = core.step(event, now);
    steps.add(new Stepped(event, now, EffectHash.of(effects)));
    return effects;
  }

  long nextWakeMillis() {
    return core.nextWakeMillis();
  }

  boolean isQuiet() {
    return core.isQuiet();
  }

  Picture picture() {
    return core.picture();
  }

  /** Where it goes otherwise when all happens again; empty if nowhere. */
  Optional<String> otherwise() {
    return otherwise(beginning.get(), 0)
        .or(() -> otherwise(middle.get(), stepsBeforeMiddle).map(where -> "restored, " + where));
  }

  private Optional<String> otherwise(SimulatedCore again, int from) {
    for (Stepped step : steps.subList(from, steps.size())) {
      List<Effect> effects = again.step(step.event, step.now);
      if (EffectHash.of(effects) != step.effectHash) {
        return Optional.of(
            "%s at %d has other effects: %s".formatted(step.event, step.now, effects));
      }
    }
    return Optional.empty();
  }
}
