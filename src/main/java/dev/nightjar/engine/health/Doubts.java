package dev.nightjar.engine.health;

import dev.nightjar.engine.health.Cuts.Cluster;
import dev.nightjar.engine.health.Unjudged.Sent;
import dev.nightjar.engine.message.Failure;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The failures of a scope that are not judged yet, and what they are judged by. */
public final class Doubts implements Serializable {
  private static final int SUSPICIOUS = 10;
  private static final int CUT = 3;
  private static final int SUSPICIOUS_MAX = 320;
  private static final long PATIENCE_MILLIS = 1_500;
  private static final long PATIENCE_MAX_MILLIS = 120_000;

  private final Evidence evidence = new Evidence();
  private final Cuts cuts;
  private final List<Unjudged> unjudged = new ArrayList<>();

  /** So many different lines must fail in a row to be suspicious, or few for as long. */
  private int suspicious = SUSPICIOUS;

  private long calmSinceMillis;

  Doubts(Cuts cuts) {
    this.cuts = cuts;
  }

  public boolean isEmpty() {
    return unjudged.isEmpty();
  }

  void ok(long line, long order, long now) {
    evidence.ok(line);
    suspicious = Math.max(SUSPICIOUS, suspicious / 2);
    cuts.ended(true, now);
    tell(order, true);
  }

  void failed(Sent call, Failure failure, Tries tries, long now) {
    boolean isCut = failure.is(Failure.Mark.CUT) && !failure.is(Failure.Mark.JSON);
    Cluster cluster = null;
    if (isCut) {
      cluster = cuts.cut(tries, call.atMillis(), now, evidence);
    } else {
      cuts.ended(false, now);
    }
    tell(call.order(), false);
    long place = evidence.failed(call.key());
    unjudged.add(new Unjudged(call, failure, tries, now, place, cluster));
  }

  private void tell(long order, boolean isOk) {
    for (Unjudged one : unjudged) {
      one.ended(order, isOk);
    }
  }

  /** None was ok of many lines. */
  boolean isSuspicious(long now) {
    int failing = evidence.failing();
    long patience = Math.min(PATIENCE_MAX_MILLIS, suspicious * PATIENCE_MILLIS);
    return failing >= suspicious
        || (failing >= CUT && cuts.isFalling())
        || (failing >= SUSPICIOUS && now - calmSinceMillis >= patience);
  }

  /** Takes out those that can be judged by their neighbours, or whose failure says nothing. */
  public List<Unjudged> takeRipe(long now) {
    return unjudged.isEmpty() ? List.of() : take(one -> isRipe(one) && one.ripeAtMillis() <= now);
  }

  /** While none is ok it says more to ask than to send it again. */
  private boolean isRipe(Unjudged one) {
    return one.isTold(evidence.hasEnoughAfter(one.place()))
        && (evidence.failing() < SUSPICIOUS || one.isRefusal() || Tries.isTelling(share(one)));
  }

  private double share(Unjudged one) {
    if (!one.hasShare()) {
      one.share(evidence.share(one.place(), one.key()));
    }
    return one.share();
  }

  public List<Unjudged> takeAll() {
    return take(_ -> true);
  }

  public List<Unjudged> take(Predicate<Unjudged> which) {
    List<Unjudged> taken = new ArrayList<>();
    unjudged.removeIf(one -> which.test(one) && taken.add(one));
    return taken;
  }

  /** Those whose failures an illness explains, once it is known which were cut off together. */
  public List<Unjudged> takeExplained(long now) {
    if (unjudged.isEmpty() || explainedAtMillis() > now) {
      return List.of();
    }
    for (Unjudged one : unjudged) {
      if (one.cluster() != null) {
        var _ = cuts.fell(one.cluster(), now);
      }
    }
    return takeAll();
  }

  long explainedAtMillis() {
    return unjudged.stream().mapToLong(Unjudged::ripeAtMillis).max().orElse(Long.MAX_VALUE);
  }

  long ripeAtMillis() {
    long next = Long.MAX_VALUE;
    for (Unjudged one : unjudged) {
      next = isRipe(one) ? Math.min(next, one.ripeAtMillis()) : next;
    }
    return next;
  }

  // ---- of one that was taken out

  /** Calls broke together, and it was one of them; it may be to blame all the same. */
  public boolean brokeTogether(Unjudged one, long now) {
    return one.cluster() != null && cuts.isTogether(one.cluster(), now);
  }

  public boolean isGuilty(Unjudged one, long now) {
    return one.cluster() != null && cuts.isGuilty(one.tries(), one.stayMillis(), now);
  }

  /** It is refused for good: none around it was, or it was so before. */
  public boolean isRefusedForGood(Unjudged one) {
    return one.tries().refused(one.failure()) || evidence.isAlone(one.place(), one.key());
  }

  /** False if so many others failed that it says nothing of the line. */
  public boolean isTry(Unjudged one) {
    return one.tries().failed(share(one));
  }

  // ---- of all

  /** Those that failed were judged otherwise than by their neighbours. */
  public void calm(long now) {
    evidence.calm();
    calmSinceMillis = now;
    suspicious = Math.min(SUSPICIOUS_MAX, 2 * suspicious);
  }

  /** Trouble is over that all of it was a part of. */
  void forget() {
    evidence.forget();
  }

  /** What one of them failed with that had no answer; null when all had one. */
  public @Nullable Failure silence() {
    for (Unjudged one : unjudged) {
      if (isSilent(one.failure())) {
        return one.failure();
      }
    }
    return null;
  }

  /** No word of whoever should have answered. */
  static boolean isSilent(Failure failure) {
    return failure.status() == 0 || failure.is(Failure.Mark.CUT) || failure.is(Failure.Mark.UNSENT);
  }

  /** One of them failed in the same way. */
  boolean isLikeOne(Failure failure) {
    return unjudged.stream().anyMatch(one -> isLike(failure, one.failure()));
  }

  static boolean isLike(Failure one, Failure other) {
    return one.kind() == other.kind()
        && (one.kind() == Failure.Kind.BROKEN
            || (one.status() == other.status() && Objects.equals(one.code(), other.code())));
  }
}
