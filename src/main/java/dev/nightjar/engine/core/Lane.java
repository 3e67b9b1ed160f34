package dev.nightjar.engine.core;

import dev.nightjar.engine.health.Scope;
import dev.nightjar.engine.health.Throttle;
import dev.nightjar.engine.message.EngineFigures.Illness;
import dev.nightjar.engine.message.Failure;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.engine.message.RateHeaders;
import dev.nightjar.engine.pace.Pace;
import java.io.Serializable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One model on one upstream: its calls in flight, and whether it can take more, which is told for
 * each url by itself. Engine thread only.
 */
final class Lane implements Serializable {
  private static final long NOTABLE_MILLIS = 1_000;

  final String model;
  final UpstreamState upstream;
  final Throttle throttle = new Throttle();

  /** By what its answers say and by what was refused: providers count each model by itself. */
  private final Pace pace = new Pace(null, null);

  /** By url; batches have few different ones. */
  private final Map<String, Scope> scopes = new LinkedHashMap<>();

  private boolean isServing = true;
  private boolean isPaced;

  /** Which models its upstream has now was asked, and not yet answered. */
  private boolean awaitsListing;

  private int inFlight;
  private long nextMillis = Long.MAX_VALUE;

  enum State {
    OPEN,
    /** Its upstream wants less. */
    THROTTLED,
    /** For some url at least it is ill. */
    DOWN
  }

  Lane(String model, UpstreamState upstream) {
    this.model = model;
    this.upstream = upstream;
  }

  /** What its upstream calls its model; null: as the lines do. */
  @Nullable String otherName() {
    String name = upstream.spelling(model);
    return model.equals(name) ? null : name;
  }

  /** What it is called there. */
  String name() {
    String other = otherName();
    return other == null ? model : other;
  }

  /** Whether its upstream has its model; while it has not, no line is sent. */
  void serves(boolean newIsServing) {
    nextMillis = isServing == newIsServing ? nextMillis : 0;
    isServing = newIsServing;
  }

  void awaitListing() {
    awaitsListing = true;
  }

  /** Its upstream was asked for its models, and answered, or failed to. */
  void heard() {
    awaitsListing = false;
  }

  boolean isServing() {
    return isServing;
  }

  // ---- calls

  int inFlight() {
    return inFlight;
  }

  boolean hasRoom(long now) {
    return isServing
        && !awaitsListing
        && upstream.hasRoom()
        && throttle.allows(inFlight)
        && nextMillisByPace() <= now;
  }

  private long nextMillisByPace() {
    return Math.max(pace.nextMillis(), upstream.pace.nextMillis());
  }

  /** When its pace lets another call be made; the longest time if it does now. */
  long wakeMillis(long now) {
    long next = nextMillisByPace();
    isPaced = next > now + NOTABLE_MILLIS;
    return next > now ? next : Long.MAX_VALUE;
  }

  boolean mayTake(String url) {
    Scope scope = scopes.get(url);
    return scope == null || scope.mayTake();
  }

  void sent(LineSpan span, long now) {
    inFlight++;
    upstream.sent(now);
    pace.sent(span.tokens(), now);
    upstream.pace.sent(span.tokens(), now);
  }

  void ended(long now) {
    inFlight--;
    upstream.ended(now);
  }

  /** It had what it was sent for: {@code tokens} of prompt and answer, 0 if it does not say. */
  void answered(LineSpan span, long tokens, @Nullable RateHeaders rates, long now) {
    pace.answered(span.tokens(), tokens, rates, now);
    upstream.pace.answered(span.tokens(), tokens, null, now);
  }

  /** Too many were sent in the time. */
  void refused(LineSpan span, long sentMillis, long now) {
    pace.refused(span.tokens(), sentMillis, now);
  }

  // ---- how well it is

  Scope scope(String url) {
    return scopes.computeIfAbsent(url, _ -> new Scope(upstream.cuts));
  }

  @Nullable Scope known(String url) {
    return scopes.get(url);
  }

  Collection<Scope> scopes() {
    return scopes.values();
  }

  Set<String> urls() {
    return scopes.keySet();
  }

  String url(Scope scope) {
    for (Map.Entry<String, Scope> entry : scopes.entrySet()) {
      if (entry.getValue() == scope) {
        return entry.getKey();
      }
    }
    throw new IllegalStateException("not one of " + this);
  }

  State state() {
    State state = throttle.reason() == null ? State.OPEN : State.THROTTLED;
    for (Scope scope : scopes.values()) {
      Failure illness = scope.illness();
      if (scope.isResting() && illness != null) {
        boolean isThrottled = illness.kind() == Failure.Kind.THROTTLED;
        state = isThrottled && state != State.DOWN ? State.THROTTLED : State.DOWN;
      }
    }
    return state;
  }

  /** The one that lasts longest; null when it has none. */
  @Nullable Illness illness() {
    Illness longest = null;
    for (Scope scope : scopes.values()) {
      Failure illness = scope.illness();
      if (scope.isResting()
          && illness != null
          && (longest == null || scope.sinceMillis() < longest.sinceMillis())) {
        longest = new Illness(illness.kind(), illness.reason(), scope.sinceMillis());
      }
    }
    return longest;
  }

  /** Why no line of that url is sent, or none of any; null while one may be. */
  @Nullable String reason(@Nullable String url) {
    Scope scope = url == null ? null : scopes.get(url);
    Failure illness = scope == null ? null : scope.illness();
    return scope != null && scope.isResting() && illness != null ? illness.reason() : ofAll();
  }

  private @Nullable String ofAll() {
    return throttle.reason() == null && isPaced
        ? "what %s allows in a minute is used up".formatted(upstream.name())
        : throttle.reason();
  }

  /** Nothing of it is under way. */
  boolean isIdle() {
    return inFlight == 0 && scopes.values().stream().allMatch(Scope::isIdle);
  }

  /** Nor will anything of it change by itself. */
  boolean isCalm() {
    return throttle.reason() == null && scopes.values().stream().allMatch(Scope::isCalm);
  }

  /** When it changes by itself, for all that was known when that was last looked for. */
  long nextMillis() {
    return nextMillis;
  }

  void findNext() {
    nextMillis = throttle.nextMillis();
    for (Scope scope : scopes.values()) {
      nextMillis = Math.min(nextMillis, scope.nextMillis());
    }
  }

  @Override
  public String toString() {
    return (model.isEmpty() ? "any model" : model) + " on " + upstream.name();
  }
}
