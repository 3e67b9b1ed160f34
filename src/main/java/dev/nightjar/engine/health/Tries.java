package dev.nightjar.engine.health;

import dev.nightjar.engine.message.Failure;
import java.io.Serializable;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What speaks against a line whose calls failed: how unlikely it is that all of them failed by
 * chance. A failure among calls of which none failed counts as one attempt, one among many failures
 * as little. Engine thread only.
 */
public final class Tries implements Serializable {
  /** Among so many neighbours of which none failed. */
  private static final double BEST = StrictMath.log(62);

  /** Where three control calls were ok: half of a try. */
  private static final double BY_CONTROL = 1 / StrictMath.sqrt(62);

  private static final double LIKELY = 0.5;
  private static final int BREAKS_OF_A_SUSPECT = 3;
  private static final int ALONE_TO_BE_GUILTY = 2;
  private static final double CERTAIN = 20;
  private static final double HOUR_MILLIS = 3_600_000;

  private double weight;
  private int judged;
  private int voids;
  private int status;
  private @Nullable String code;

  /** Times that calls broke together and one of it was among them. */
  private int breaks;

  /** How often of those no other could be to blame. */
  private int alone;

  private final Set<Serializable> brokeAt = new HashSet<>();
  private boolean hasBrokenOneAgain;
  private long brokeAtMillis;

  /** How often it failed by what looks like its own fault. */
  public int judged() {
    return judged;
  }

  public double weight() {
    return weight;
  }

  /** Whether it says something of a line that it failed where such a share of others did. */
  static boolean isTelling(double share) {
    return share <= LIKELY;
  }

  /** {@code share} of its neighbours failed too; false if that says nothing of the line. */
  boolean failed(double share) {
    if (!isTelling(share)) {
      return false;
    }
    judged++;
    weight -= StrictMath.log(share) / BEST;
    return true;
  }

  /** A control call says that the upstream is well. */
  public void failedThoughControlled() {
    var _ = failed(BY_CONTROL);
  }

  /** It failed among others, and is sent again; how often it did before. */
  public int voided() {
    return voids++;
  }

  /** Whether it was refused before in the same words. */
  public boolean refused(Failure failure) {
    boolean isSame = status == failure.status() && Objects.equals(code, failure.code());
    status = failure.status();
    code = failure.code();
    return isSame;
  }

  /** It was not its fault, nor was what it was told then about it. */
  public void explained() {
    status = 0;
    code = null;
  }

  // ---- calls that break together

  /**
   * It was there, {@code where} stands for the upstream. What it was at before the upstream was
   * seen to break by itself does not count.
   */
  void broke(Serializable where, long now, long noisyAtMillis) {
    if (noisyAtMillis > brokeAtMillis) {
      breaks = 0;
      alone = 0;
      brokeAt.clear();
      hasBrokenOneAgain = false;
    }
    hasBrokenOneAgain |= !brokeAt.add(where);
    brokeAtMillis = now;
    breaks++;
  }

  void brokeAlone() {
    alone++;
  }

  int breaks() {
    return breaks;
  }

  /** From now on few of them are sent at a time. */
  public boolean isSuspect() {
    return breaks >= BREAKS_OF_A_SUSPECT;
  }

  /**
   * {@code all}: times in the last hour that calls broke together, whether it was there or not.
   * Replicas that are restarted one after the other break with it as often as there are of them.
   */
  boolean isGuilty(int all, long stayMillis) {
    double expected = Math.max(1, stayMillis) * (1 + Math.max(0, all - breaks)) / HOUR_MILLIS;
    return hasBrokenOneAgain
        && alone >= ALONE_TO_BE_GUILTY
        && -breaks * StrictMath.log(Math.min(1, expected)) >= CERTAIN;
  }
}
