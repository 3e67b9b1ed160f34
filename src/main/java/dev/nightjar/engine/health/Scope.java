package dev.nightjar.engine.health;

import dev.nightjar.engine.health.Unjudged.Sent;
import dev.nightjar.engine.message.Failure;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one model to one url of one upstream: whether it is well, and whose fault it is that
 * some failed. Engine thread only.
 */
public final class Scope implements Serializable {
  private static final long IDLE_MILLIS = 1_000;
  private static final long TRY_MILLIS = 300_000;

  public final Doubts doubts;
  private final Breaker breaker = new Breaker();
  private final Asking asking = new Asking();
  private final Cuts cuts;
  private int inFlight;
  private long sent;
  private boolean wasOk;
  private long idleSinceMillis;

  /** When the last of its lines that failed may be sent again. */
  private long returnsAtMillis;

  private boolean isSaid;

  /** {@code cuts} are those of its upstream. */
  public Scope(Cuts cuts) {
    this.cuts = cuts;
    this.doubts = new Doubts(cuts);
  }

  // ---- calls

  public boolean mayTake() {
    return !asking.isUnderWay() && breaker.allows(inFlight);
  }

  /** In which order. */
  public long sent() {
    inFlight++;
    return ++sent;
  }

  /** What came of it is told next, if it came to anything. */
  public void ended(long now) {
    inFlight--;
    idleSinceMillis = inFlight == 0 ? now : idleSinceMillis;
  }

  /** {@code line} is its key; {@code order} in which it was sent. */
  public void ok(long line, long order, int slots, long now) {
    wasOk = true;
    doubts.ok(line, order, now);
    breaker.ok(slots, now);
  }

  public void failed(Sent call, Failure failure, Tries tries, long now) {
    doubts.failed(call, failure, tries, now);
    breaker.failed(now);
  }

  /** A line that failed is sent again then. */
  public void returns(long atMillis) {
    returnsAtMillis = Math.max(returnsAtMillis, atMillis);
  }

  /** A pause of its lane is over: lines come at once. */
  public void reopened(long now) {
    idleSinceMillis = now;
  }

  /** Failures may be judged: it is not ill, and nobody was asked. */
  public boolean isOpen() {
    return !asking.isUnderWay() && !breaker.isResting();
  }

  /** None was ok of many lines, or nothing is left to compare those with that failed. */
  public boolean isSuspicious(long now) {
    return doubts.isSuspicious(now) || now >= idleAtMillis();
  }

  private long idleAtMillis() {
    return doubts.isEmpty() || inFlight > 0
        ? Long.MAX_VALUE
        : Math.max(idleSinceMillis + IDLE_MILLIS, returnsAtMillis);
  }

  // ---- control calls

  public boolean isAsking() {
    return asking.isUnderWay();
  }

  public boolean isAskedByLine() {
    return asking.isByLine();
  }

  public void ask(int oksNeeded) {
    asking.begin(oksNeeded);
  }

  public void endAsking() {
    asking.end();
  }

  /** How many control calls must be ok after an illness. */
  public int oksToBeSure() {
    return cuts.oksToBeSure();
  }

  /** A control call was ok; true when that is enough. */
  public boolean controlled(long now) {
    cuts.ended(true, now);
    boolean isEnough = asking.ok();
    if (isEnough) {
      asking.end();
    }
    return isEnough;
  }

  /** What a refused control call says. */
  public enum Refusal {
    ILL,
    /** It may be for its own sake: a line that was ok tells. */
    ASK_BY_LINE,
    /** The same, and there is no such line. */
    UNKNOWN
  }

  public Refusal refused(Failure refusal, long now) {
    if (asking.wasOk() && asking.isProven()) {
      cuts.noisy(now);
    }
    if (!asking.isProven() && wasOk) {
      asking.byLine();
      return Refusal.ASK_BY_LINE;
    }
    asking.end();
    boolean isIll =
        asking.isProven() || refusal.kind() == Failure.Kind.BROKEN || isLikeThem(refusal);
    return isIll ? Refusal.ILL : Refusal.UNKNOWN;
  }

  private boolean isLikeThem(Failure refusal) {
    Failure illness = breaker.illness();
    return (breaker.isResting() && illness != null && Doubts.isLike(refusal, illness))
        || doubts.isLikeOne(refusal);
  }

  /** No call was ever ok: control calls may be refused for their own sake, and no line tells. */
  public boolean isTimeToTry(long now) {
    Failure illness = breaker.illness();
    boolean isWord =
        illness != null
            && !Doubts.isSilent(illness)
            && illness.kind() != Failure.Kind.DENIED
            && illness.kind() != Failure.Kind.THROTTLED;
    return isWord && !wasOk && !asking.isProven() && breaker.isUntriedFor(TRY_MILLIS, now);
  }

  // ---- illness

  /** It is ill, and rests; {@code pause} is for how long. */
  public void rest(Failure why, Breaker.Pause pause, long now) {
    breaker.rest(why, pause, now);
  }

  public void tried(boolean wasControlOk, long now) {
    doubts.forget();
    breaker.tried(wasControlOk, now);
    idleSinceMillis = now;
  }

  public void pass(int slots, long now) {
    breaker.pass(slots, now);
  }

  public boolean isResting() {
    return breaker.isResting();
  }

  public boolean isRestOver(long now) {
    return !asking.isUnderWay() && breaker.isRestOver(now);
  }

  public @Nullable Failure illness() {
    return breaker.illness();
  }

  public long sinceMillis() {
    return breaker.sinceMillis();
  }

  /** True once in an illness that lasts. */
  public boolean takeSaying() {
    boolean isNews = !isSaid && breaker.refusals() > 1;
    isSaid |= isNews;
    return isNews;
  }

  /** True once when such an illness is over. */
  public boolean takeGoesOn() {
    boolean isNews = isSaid && breaker.isWell();
    isSaid &= !isNews;
    return isNews;
  }

  /** Nothing of it is under way, nor will be of itself. */
  public boolean isCalm() {
    return isIdle() && breaker.isWell();
  }

  public boolean isIdle() {
    return doubts.isEmpty() && !asking.isUnderWay();
  }

  /** When it changes by itself. */
  public long nextMillis() {
    if (asking.isUnderWay()) {
      return Long.MAX_VALUE;
    }
    if (breaker.isResting()) {
      return doubts.isEmpty() ? breaker.nextMillis() : doubts.explainedAtMillis();
    }
    return Math.min(breaker.nextMillis(), Math.min(idleAtMillis(), doubts.ripeAtMillis()));
  }
}
