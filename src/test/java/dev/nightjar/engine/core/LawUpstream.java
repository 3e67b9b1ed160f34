package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.core.LawPlan.Fault;
import dev.nightjar.engine.core.LawPlan.How;
import dev.nightjar.engine.core.LawPlan.Trouble;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Failure;
import dev.nightjar.file.Bytes;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** An upstream in a run of the law: what a call comes to is settled when it is sent. */
final class LawUpstream {
  static final String ODD = "odd";
  private static final String TROUBLED = "troubled";
  private static final long CALL_MILLIS_MAX = 600_000;
  private static final String ROUTE = "/v1/completions";

  private final LawPlan plan;
  private final SplittableRandom random;
  private final int index;

  LawUpstream(LawPlan plan, int index) {
    this.plan = plan;
    this.index = index;
    this.random = new SplittableRandom(plan.seed() * 31 + index);
  }

  /** What comes of a call, and after how long. */
  record Reply(long millis, CallOutcome outcome) {}

  /** {@code now} is since the begin of the run; {@code stay} what an answer takes. */
  Reply reply(String url, long now, long stay, boolean isOdd) {
    Trouble trouble = plan.trouble();
    long instant = 1 + random.nextLong(Math.min(50, stay) + 1);
    Reply own =
        isOdd
            ? new Reply(random.nextBoolean() ? instant : stay, failed(plan.odd().fault(), ODD))
            : new Reply(
                stay, new CallOutcome.Answered(Answer.of(true, Usage.NONE, Bytes.utf8("ok"))));
    return switch (trouble.how()) {
      case NONE -> own;
      case SHARE, BACKEND -> random.nextDouble() < trouble.share() ? fails(instant, stay) : own;
      case REPLICA -> index == 0 ? fails(instant, stay) : own;
      case OUTAGE, RESTARTS -> cut(now, own, instant, true);
      case REFUSING, DRAINS, RETRY_AFTER -> cut(now, own, instant, false);
      case TRUNCATED -> isOn(now + own.millis) ? new Reply(own.millis, troubled()) : own;
      case SLOW -> slow(now, own);
      case ROUTE ->
          isOn(now) && url.equals(ROUTE)
              ? new Reply(instant, failed(Fault.MISSING, TROUBLED))
              : own;
    };
  }

  private Reply fails(long instant, long stay) {
    return new Reply(random.nextBoolean() ? instant : 1 + random.nextLong(stay), troubled());
  }

  private Reply cut(long now, Reply own, long instant, boolean isCutting) {
    if (isOn(now)) {
      return new Reply(instant, troubled());
    }
    long begins = nextBegin(now);
    boolean isMet = begins > now && begins <= now + own.millis;
    return isCutting && isMet
        ? new Reply(begins - now + random.nextLong(300), failed(Fault.RESET, TROUBLED))
        : own;
  }

  private Reply slow(long now, Reply own) {
    Trouble trouble = plan.trouble();
    long end = trouble.fromMillis() + trouble.lastsMillis();
    boolean isMet = now < end && now + own.millis > trouble.fromMillis();
    long takes = isMet ? end - now + own.millis : own.millis;
    return takes > CALL_MILLIS_MAX
        ? new Reply(CALL_MILLIS_MAX, failed(Fault.TIMED_OUT, TROUBLED))
        : new Reply(takes, own.outcome);
  }

  private CallOutcome troubled() {
    Fault fault = plan.trouble().how() == How.TRUNCATED ? Fault.TRUNCATED : plan.trouble().fault();
    return failed(fault, TROUBLED);
  }

  private CallOutcome failed(Fault fault, String who) {
    @Nullable Duration asks =
        plan.trouble().how() == How.RETRY_AFTER && who.equals(TROUBLED)
            ? Duration.ofHours(5)
            : null;
    return new CallOutcome.Failed(
        new Failure(
            fault.kind(),
            fault.status(),
            null,
            who,
            asks,
            Answer.of(false, Usage.NONE, Bytes.utf8(who)),
            fault.marks()));
  }

  private boolean isOn(long now) {
    Trouble trouble = plan.trouble();
    if (trouble.everyMillis() == 0) {
      return now >= trouble.fromMillis() && now < trouble.fromMillis() + trouble.lastsMillis();
    }
    long begin = begin(now / trouble.everyMillis());
    return now >= begin && now < begin + trouble.lastsMillis();
  }

  /** A fifth of the time to either side. */
  private long begin(long period) {
    long every = plan.trouble().everyMillis();
    long shift = new SplittableRandom(plan.seed() + period * 7 + index).nextLong(every / 5);
    return period * every + every / 2 + shift;
  }

  private long nextBegin(long now) {
    Trouble trouble = plan.trouble();
    if (trouble.everyMillis() == 0) {
      return trouble.fromMillis();
    }
    long period = now / trouble.everyMillis();
    return begin(period) > now ? begin(period) : begin(period + 1);
  }
}
