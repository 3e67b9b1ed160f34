package dev.nightjar.engine.health;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls of an upstream that are cut off together, as when it dies. That is its own fault and none
 * of theirs; but a line that is there each time may be what kills it, so those that were there
 * three times are sent few at a time, until one is left to blame. Engine thread only.
 */
public final class Cuts implements Serializable {
  private static final long TOGETHER_MILLIS = 1_000;
  private static final long HOUR_MILLIS = 3_600_000;
  private static final long NOISY_MILLIS = 600_000;

  /** What was ok so shortly before a call was sent was well then. */
  private static final long ALIVE_MILLIS = 10_000;

  private static final double RARE = 0.1;
  private static final int OKS_AGAIN = 3;
  private static final int OKS_FOR_SUSPECTS = 10;
  private static final int MANY = 3;
  private static final int FEW = 5;
  private static final int KEPT = 64;

  /** So many times as many as would be cut off by chance. */
  private static final int OUT_OF_THE_ORDINARY = 4;

  private @Nullable Cluster last;

  /** When something was last ok. */
  private long okAtMillis = Long.MIN_VALUE / 2;

  /** When it was last seen to come and go without a line that was there. */
  private long noisyAtMillis = Long.MIN_VALUE / 2;

  private final Deque<Long> times = new ArrayDeque<>();
  private int suspectsMax = 1;
  private int suspects;
  private int oksToBeSure = 1;

  /** Calls that were under way when the first of them was cut off, and were too, soon after. */
  static final class Cluster implements Serializable {
    private final List<Tries> lines = new ArrayList<>();
    private final long sinceMillis;
    private final double shareBefore;

    /** That is known of enough calls. */
    private final boolean isKnown;

    private int outcomes;
    private boolean isCounted;

    private Cluster(long sinceMillis, Evidence before) {
      this.sinceMillis = sinceMillis;
      this.shareBefore = before.recent();
      this.isKnown = before.isEnough();
    }

    long completeAtMillis() {
      return sinceMillis + TOGETHER_MILLIS + 1;
    }

    private boolean isOutOfTheOrdinary() {
      return lines.size() >= OUT_OF_THE_ORDINARY * shareBefore * outcomes
          || (lines.size() == outcomes && shareBefore < 0.25);
    }
  }

  /** A call came to an end that was not cut off; {@code isOk}: it is alive. */
  void ended(boolean isOk, long now) {
    Cluster cluster = last;
    if (cluster != null && now < cluster.completeAtMillis()) {
      cluster.outcomes++;
    }
    okAtMillis = isOk ? now : okAtMillis;
  }

  /** One was cut off; null if it was sent after that began, or nothing was well before. */
  @Nullable Cluster cut(Tries line, long sentMillis, long now, Evidence before) {
    Cluster cluster = last;
    if (cluster != null && now < cluster.completeAtMillis()) {
      cluster.outcomes++;
      if (sentMillis >= cluster.sinceMillis) {
        return null;
      }
      cluster.lines.add(line);
      return cluster;
    }
    boolean wasAlive = okAtMillis >= sentMillis - ALIVE_MILLIS;
    if (!wasAlive || (cluster != null && okAtMillis < cluster.sinceMillis)) {
      return null;
    }
    cluster = new Cluster(now, before);
    cluster.outcomes = 1;
    cluster.lines.add(line);
    last = cluster;
    return cluster;
  }

  /** Several calls were cut off, though none failed shortly before, and nothing was ok since. */
  boolean isFalling() {
    Cluster cluster = last;
    return cluster != null
        && cluster.lines.size() >= MANY
        && cluster.isKnown
        && cluster.shareBefore < RARE
        && okAtMillis < cluster.sinceMillis;
  }

  /** Whether these broke together, though others may have gone on. */
  boolean isTogether(Cluster cluster, long now) {
    if (cluster.lines.size() >= MANY && cluster.isKnown && cluster.isOutOfTheOrdinary()) {
      count(cluster, now);
    }
    return cluster.isCounted;
  }

  /** Nothing went on after these. */
  boolean fell(Cluster cluster, long now) {
    if (cluster.isOutOfTheOrdinary()) {
      count(cluster, now);
    }
    return cluster.isCounted;
  }

  private void count(Cluster cluster, long now) {
    if (cluster.isCounted || isNoisy(now)) {
      return;
    }
    cluster.isCounted = true;
    times.addLast(now);
    if (times.size() > KEPT) {
      times.removeFirst();
    }
    cluster.lines.forEach(line -> line.broke(this, now, noisyAtMillis));
    int most = cluster.lines.stream().mapToInt(Tries::breaks).max().orElse(0);
    oksToBeSure = most > 2 ? OKS_FOR_SUSPECTS : most > 1 ? OKS_AGAIN : 1;
    List<Tries> blamed =
        cluster.lines.stream().filter(line -> line.isSuspect() && line.breaks() == most).toList();
    if (blamed.size() == 1) {
      blamed.getFirst().brokeAlone();
    }
    suspectsMax = blamed.size() <= FEW ? 1 : blamed.size() / 2;
  }

  boolean isGuilty(Tries line, long stayMillis, long now) {
    while (!times.isEmpty() && times.getFirst() < now - HOUR_MILLIS) {
      times.removeFirst();
    }
    return line.isGuilty(times.size(), stayMillis);
  }

  /**
   * How many control calls must be ok before lines are sent again: a line that was there before may
   * kill it, and an upstream that comes and goes by itself must not look as if it did.
   */
  int oksToBeSure() {
    return oksToBeSure;
  }

  /** It went without a line that could be the cause. */
  void noisy(long now) {
    noisyAtMillis = now;
  }

  private boolean isNoisy(long now) {
    return now - noisyAtMillis < NOISY_MILLIS;
  }

  // ---- suspects, one or a few at a time

  public boolean maySuspect(long now) {
    return suspects < suspectsMax || isNoisy(now);
  }

  public void suspectSent() {
    suspects++;
  }

  public void suspectEnded() {
    suspects--;
  }
}
