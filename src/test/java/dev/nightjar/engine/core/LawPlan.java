package dev.nightjar.engine.core;

import dev.nightjar.engine.message.Failure.Kind;
import dev.nightjar.engine.message.Failure.Mark;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * What a run of the law has to cope with. All else follows from the seed.
 *
 * @param slots calls in flight at a time, over all upstreams
 * @param stayMillis mean of a call
 * @param isSelfish control calls are refused for their own sake
 */
record LawPlan(
    long seed,
    int lines,
    int batches,
    int slots,
    int upstreams,
    int stayMillis,
    Odd odd,
    Trouble trouble,
    boolean isSelfish) {
  private static final int LINES_MAX = 5_000;
  private static final int SLOTS_MAX = 500;

  /** A way to fail. */
  record Fault(Kind kind, int status, Set<Mark> marks) {
    static final Fault REFUSED = new Fault(Kind.REFUSED, 400, Set.of(Mark.JSON));
    static final Fault BAD_GATEWAY = new Fault(Kind.BROKEN, 502, Set.of(Mark.CUT));
    static final Fault RESET = new Fault(Kind.BROKEN, 0, Set.of(Mark.CUT));
    static final Fault UNSENT = new Fault(Kind.BROKEN, 0, Set.of(Mark.UNSENT));
    static final Fault TIMED_OUT = new Fault(Kind.BROKEN, 0, Set.of());
    static final Fault TRUNCATED = new Fault(Kind.BROKEN, 200, Set.of());
    static final Fault MISSING = new Fault(Kind.ASTRAY, 404, Set.of(Mark.JSON));
    static final Fault THROTTLED = new Fault(Kind.THROTTLED, 429, Set.of(Mark.JSON));

    /** What an upstream in trouble may answer to any call. */
    static final List<Fault> ANY =
        List.of(
            BAD_GATEWAY,
            RESET,
            UNSENT,
            TIMED_OUT,
            TRUNCATED,
            MISSING,
            new Fault(Kind.BROKEN, 500, Set.of(Mark.JSON)),
            new Fault(Kind.BROKEN, 504, Set.of(Mark.CUT)),
            new Fault(Kind.DENIED, 403, Set.of()),
            new Fault(Kind.ASTRAY, 402, Set.of(Mark.JSON)));
  }

  /** Lines that fail whenever they are sent: which, and how. */
  record Odd(Where where, double share, Fault fault) {}

  enum Where {
    NONE,
    ONE,
    SPREAD,
    HEAD,
    TAIL,
    BATCH,
    ALL
  }

  /**
   * What befalls upstreams.
   *
   * @param share of its calls that fail, where it is one of a share
   * @param fromMillis when it begins, after the begin of the run
   * @param everyMillis how often it comes again, where it does
   */
  record Trouble(
      How how, Fault fault, double share, long fromMillis, long lastsMillis, long everyMillis) {
    static final Trouble NONE = new Trouble(How.NONE, Fault.RESET, 0, 0, 0, 0);
  }

  enum How {
    NONE,
    /** A share of all calls. */
    SHARE,
    /** One of several backends is dead, behind each address. */
    BACKEND,
    /** One of several upstreams has nothing but trouble, for as long as the run. */
    REPLICA,
    /** All calls for a time; those under way are cut off. */
    OUTAGE,
    /** All that are sent in a time; those under way end well. */
    REFUSING,
    /** It starts anew every few minutes: calls under way are cut off. */
    RESTARTS,
    /** The same, but they end well. */
    DRAINS,
    /** Whatever ends in that time is cut short. */
    TRUNCATED,
    /** Whatever is under way in that time takes as long as a call may. */
    SLOW,
    /** It asks to be left alone for hours. */
    RETRY_AFTER,
    /** One of the urls is not there for a time. */
    ROUTE
  }

  static LawPlan of(long seed) {
    var random = new SplittableRandom(seed * 0x9E37_79B9_7F4A_7C15L);
    int lines = logUniform(random, LINES_MAX);
    int slots = logUniform(random, SLOTS_MAX);
    int upstreams = Math.min(slots, 1 + random.nextInt(4));
    int batches = Math.min(lines, 1 + random.nextInt(4));
    int stay = 100 * logUniform(random, 200);
    int which = random.nextInt(10);
    boolean isOdd = which < 4 || which == 9;
    boolean isTroubled = which >= 4;
    Odd odd = isOdd ? odd(random, batches) : new Odd(Where.NONE, 0, Fault.RESET);
    Trouble trouble = isTroubled ? trouble(random, upstreams, lines, slots, stay) : Trouble.NONE;
    boolean isSelfish =
        random.nextInt(10) == 0 && !trouble.fault().equals(Fault.REFUSED); // Who could tell?
    return new LawPlan(seed, lines, batches, slots, upstreams, stay, odd, trouble, isSelfish);
  }

  private static int logUniform(SplittableRandom random, int max) {
    return (int) Math.exp(random.nextDouble() * Math.log(max + 0.99));
  }

  private static Odd odd(SplittableRandom random, int batches) {
    Where where = Where.values()[1 + random.nextInt(Where.values().length - 1)];
    where = where == Where.BATCH && batches == 1 ? Where.ALL : where;
    double share = Math.exp(-4 * random.nextDouble()) * 0.6;
    int fault = random.nextInt(Fault.ANY.size() + 3);
    Fault how =
        fault < Fault.ANY.size()
            ? Fault.ANY.get(fault)
            : where == Where.ONE && fault == Fault.ANY.size() ? Fault.THROTTLED : Fault.REFUSED;
    return new Odd(where, share, how.equals(Fault.UNSENT) ? Fault.RESET : how);
  }

  private static Trouble trouble(
      SplittableRandom random, int upstreams, int lines, int slots, int stay) {
    How how = How.values()[1 + random.nextInt(How.values().length - 1)];
    how = how == How.REPLICA && upstreams == 1 ? How.OUTAGE : how;
    double[] shares = {0.05, 0.1, 0.33, 0.5, 0.7, 0.9};
    double share =
        how == How.BACKEND ? 1.0 / (2 + random.nextInt(7)) : shares[random.nextInt(shares.length)];
    Fault fault = Fault.ANY.get(random.nextInt(Fault.ANY.size()));
    boolean isForAll = how == How.OUTAGE || how == How.REFUSING;
    if (isForAll && random.nextInt(4) == 0) {
      fault = Fault.REFUSED;
    }
    if (how == How.SHARE && random.nextInt(10) == 0) {
      fault = Fault.THROTTLED;
    }
    long whole = (long) lines * stay / slots;
    long from = random.nextInt(3) == 0 ? 0 : random.nextLong(Math.max(1, whole));
    long lasts = 30_000 + 30L * stay + random.nextLong(3_600_000);
    if (how == How.RESTARTS || how == How.DRAINS) {
      long every = Math.max(120_000 + random.nextLong(480_000), 6L * stay);
      return new Trouble(how, fault, 0, 0, random.nextLong(30_000), every);
    }
    return new Trouble(how, fault, share, from, lasts, 0);
  }

  LawPlan without(boolean isOddGone, boolean isTroubleGone) {
    return new LawPlan(
        seed,
        lines,
        batches,
        slots,
        upstreams,
        stayMillis,
        isOddGone ? new Odd(Where.NONE, 0, Fault.RESET) : odd,
        isTroubleGone ? Trouble.NONE : trouble,
        isSelfish);
  }

  /** The same with less in it. */
  List<LawPlan> smaller() {
    return Stream.of(
            sized(lines / 2, slots),
            sized(lines - 1, slots),
            sized(lines, slots / 2),
            without(true, false),
            without(false, true))
        .filter(plan -> plan.lines > 0 && plan.slots > 0 && !plan.equals(this))
        .toList();
  }

  private LawPlan sized(int newLines, int newSlots) {
    return new LawPlan(
        seed,
        newLines,
        Math.min(batches, newLines),
        newSlots,
        Math.min(upstreams, newSlots),
        stayMillis,
        odd,
        trouble,
        isSelfish);
  }

  boolean isOdd(int batch, int line, int linesOfBatch) {
    return switch (odd.where) {
      case NONE -> false;
      case ONE -> batch == 0 && line == linesOfBatch / 2;
      case SPREAD ->
          new SplittableRandom(seed + 31L * batch + 977L * line).nextDouble() < odd.share;
      case HEAD -> line < odd.share * linesOfBatch;
      case TAIL -> line >= (1 - odd.share) * linesOfBatch;
      case BATCH -> batch == 0;
      case ALL -> true;
    };
  }
}
