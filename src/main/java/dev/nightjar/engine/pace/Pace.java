package dev.nightjar.engine.pace;

import dev.nightjar.engine.message.RateHeaders;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How fast an upstream is called that allows so many requests and tokens in a time: what its
 * settings say, what the heads of its answers say, and what it refused. Engine thread only.
 */
public final class Pace implements Serializable {
  /** So many answers count for what tokens lines of a size come to. */
  private static final int ANSWERS_MAX = 20;

  /** Of what an upstream bore: a refusal slows calls down to this part of it. */
  private static final double AFTER_REFUSAL = 0.95;

  /** Of the pace that was refused soon after it was learned: what came before was saved up. */
  private static final double AFTER_ANOTHER = 0.7;

  private static final long SOON_MILLIS = 5_000;

  /** By how much calls are faster again for each second. */
  private static final double GROWTH = 1.001;

  private static final long SECOND_MILLIS = 1_000;

  private final Allowance requests;
  private final Allowance tokens;

  /** What refusals taught, of requests: an average of tokens is in it. */
  private final Allowance learned = new Allowance(null);

  private final Recent answered = new Recent();

  /** Tokens that came of one token of estimate, on average. */
  private double tokensPerEstimate = 1;

  private int answers;

  private boolean isLearning;
  private long learnedMillis;
  private long grownMillis;

  public Pace(@Nullable Long requestsPerMinute, @Nullable Long tokensPerMinute) {
    requests = new Allowance(requestsPerMinute);
    tokens = new Allowance(tokensPerMinute);
  }

  /** When the next call may be made. */
  public long nextMillis() {
    return Math.max(learned.nextMillis(), Math.max(requests.nextMillis(), tokens.nextMillis()));
  }

  /** {@code estimate} is of its tokens. */
  public void sent(long estimate, long now) {
    grow(now);
    requests.spend(1, now);
    tokens.spend(estimate * tokensPerEstimate, now);
    learned.spend(1, now);
  }

  /** An answer of {@code used} tokens; 0 if it does not say. */
  public void answered(long estimate, long used, @Nullable RateHeaders told, long now) {
    answered.add(now);
    if (used > 0 && estimate > 0) {
      tokens.correct(used - estimate * tokensPerEstimate);
      answers = Math.min(answers + 1, ANSWERS_MAX);
      tokensPerEstimate += ((double) used / estimate - tokensPerEstimate) / answers;
    }
    if (told != null) {
      told(told, now);
    }
  }

  private void told(RateHeaders told, long now) {
    if (told.requests() != null) {
      requests.told(told.requests(), now);
    }
    if (told.tokens() != null) {
      tokens.told(told.tokens(), now);
    }
  }

  /**
   * A call that was sent at {@code sentMillis} was refused, because there were too many. Those that
   * were sent before the last change prove nothing.
   */
  public void refused(long estimate, long sentMillis, long now) {
    tokens.correct(-estimate * tokensPerEstimate);
    if (isLearning && sentMillis < learnedMillis + SECOND_MILLIS) {
      return;
    }
    double bore = AFTER_REFUSAL * answered.perSecond(now);
    if (bore == 0) {
      return;
    }
    boolean isSoon = isLearning && now < learnedMillis + SOON_MILLIS;
    learned.setPerSecond(isSoon ? Math.min(bore, AFTER_ANOTHER * learned.perSecond()) : bore);
    isLearning = true;
    learnedMillis = now;
    grownMillis = now;
  }

  private void grow(long now) {
    if (isLearning && now - grownMillis >= SECOND_MILLIS) {
      double seconds = (now - grownMillis) / 1_000.0;
      learned.setPerSecond(learned.perSecond() * Math.pow(GROWTH, seconds));
      grownMillis = now;
    }
  }
}
