package dev.nightjar.engine.core;

import dev.nightjar.engine.health.Cuts;
import dev.nightjar.engine.message.KnownModels;
import dev.nightjar.engine.message.ModelNames;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.engine.pace.Pace;
import dev.nightjar.engine.pace.SlotSearch;
import java.io.Serializable;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An upstream: what it can do, and its calls in flight over all lanes. What it can do may change
 * while it is called: its models are those that it is configured for, or those that it listed last.
 * Engine thread only.
 */
final class UpstreamState implements Serializable {
  private static final long NEVER = Long.MIN_VALUE;

  final int index;
  private final UpstreamSpec spec;
  private final SlotSearch slots;
  final Cuts cuts = new Cuts();

  /** By its settings, over all its lanes. */
  final Pace pace;

  private int inFlight;
  private boolean hasAnswered;
  private long controlCalls;

  /** Answers of its calls that are not yet durable. */
  private int unappended;

  /** Those that it is configured for, or listed last. */
  private ModelNames models;

  private long askedAtMillis = NEVER;

  /** Why it could not be asked the last time; null when it could. */
  private @Nullable String failure;

  UpstreamState(int index, UpstreamSpec spec) {
    this.index = index;
    this.spec = spec;
    this.slots = new SlotSearch(spec.maxInFlight(), spec.isFoundOut());
    this.pace = new Pace(spec.requestsPerMinute(), spec.tokensPerMinute());
    this.models = spec.models();
  }

  String name() {
    return spec.name();
  }

  /** Calls that it may have at a time. */
  int slots() {
    return slots.slots();
  }

  int inFlight() {
    return inFlight;
  }

  /**
   * A slot is free when its answer has been read, yet calls and answers that a kill would repeat
   * stay within a quarter more than may be in flight, however slow the disk is.
   */
  boolean hasRoom() {
    int max = slots();
    return inFlight < max && inFlight + unappended < max + Math.ceilDiv(max, 4);
  }

  void sent(long now) {
    inFlight++;
    slots.sent(inFlight, now);
  }

  void ended(long now) {
    inFlight--;
    slots.ended(inFlight, now);
  }

  /** A line had from it what it was sent for. */
  void wasOk(long now) {
    hasAnswered = true;
    slots.answered(now);
  }

  /** It says itself how many calls at a time it works on. */
  void hasSlots(int count) {
    slots.told(count);
  }

  /** One ever had. */
  boolean hasAnswered() {
    return hasAnswered;
  }

  void controlled() {
    controlCalls++;
  }

  /** How many were made to see whether it is well. */
  long controlCalls() {
    return controlCalls;
  }

  void appending() {
    unappended++;
  }

  void appended() {
    unappended--;
  }

  // ---- its models

  /** It is said which models it has: it need not be asked. */
  boolean isConfigured() {
    return !spec.models().listed().isEmpty();
  }

  /** Empty: it does not say. */
  void lists(Set<String> listed, long now) {
    models = spec.models().with(listed);
    askedAtMillis = now;
    failure = null;
  }

  /** What it listed before is what is known. */
  void listFailed(String reason, long now) {
    askedAtMillis = now;
    failure = reason;
  }

  /** Why it could not be asked the last time; null when it could. */
  @Nullable String listFailure() {
    return failure;
  }

  /** It has not yet answered, nor failed to: nothing is known, and soon something will be. */
  boolean isUnheard() {
    return models.isUnknown() && askedAtMillis == NEVER;
  }

  /** It may have any model, for all that is known. */
  boolean isUnknown() {
    return !isUnheard() && models.isUnknown();
  }

  /** What it calls this model, if it is known to have it; any has what names none. */
  @Nullable String spelling(String model) {
    if (isUnheard()) {
      return null;
    }
    return model.isEmpty() ? model : models.spelling(model);
  }

  KnownModels known() {
    return new KnownModels(
        name(), models, isConfigured() ? Long.MAX_VALUE : askedAtMillis, failure == null);
  }
}
