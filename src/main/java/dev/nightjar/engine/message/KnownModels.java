package dev.nightjar.engine.message;

/**
 * What is known of an upstream's models.
 *
 * @param upstream its name
 * @param models those that it is configured for, or listed last
 * @param askedAtMillis when it was asked last, in the engine's time; {@code Long.MAX_VALUE}: it
 *     need not be, {@code Long.MIN_VALUE}: it never was
 * @param isCurrent whether that is what it said then, and not earlier
 */
public record KnownModels(
    String upstream, ModelNames models, long askedAtMillis, boolean isCurrent) {
  /** It may have other models by now. */
  public KnownModels outdated() {
    return new KnownModels(upstream, models, askedAtMillis, false);
  }

  /** Whether it may have this one, for all that is known. */
  public boolean mayHave(String model) {
    return !isCurrent || models.isUnknown() || models.spelling(model) != null;
  }
}
