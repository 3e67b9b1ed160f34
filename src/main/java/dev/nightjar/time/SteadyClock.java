package dev.nightjar.time;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The time by which everything here is stamped and due: the system's clock at the start, carried on
 * by the time that has passed since. A system's clock that is nearby is followed slowly. One that
 * jumped counts again once it has agreed with itself for a while: until then it may as well jump
 * back. Any thread may call it.
 */
public final class SteadyClock implements InstantSource {
  private static final System.Logger LOG = System.getLogger(SteadyClock.class.getName());

  /** A clock that is further off than this has jumped. */
  private static final long NEARBY_MILLIS = Duration.ofSeconds(30).toMillis();

  private static final Duration AGREEMENT = Duration.ofMinutes(15);

  /** Nothing is deleted for good for so long after a start or a jump. */
  private static final Duration SETTLED = Duration.ofHours(2);

  private static final long LOOK_MILLIS = 1_000;

  /** A nearby clock is followed by so much at each look: one part in a hundred. */
  private static final long FOLLOW_MILLIS = 10;

  /** A clock that jumps again and again is not told of each time. */
  private static final long SAID_MILLIS = Duration.ofMinutes(1).toMillis();

  private final InstantSource wall;
  private final LongSupplier nanos;
  private final long nanosAtStart;
  private final long wallAtStart;
  private final AtomicLong jumps = new AtomicLong();
  private final ReentrantLock looking = new ReentrantLock();

  /** What our time is ahead of the time since the start, and what the system's clock is. */
  private volatile long ours;

  private volatile long theirs;

  /** These are times since the start. */
  private volatile long lookedAt;

  private volatile long disturbedAt;
  private volatile boolean isConfirmed;

  /** While looking: what the system's clock has agreed with, and since when. */
  private long agreed;

  private long agreedSince;
  private long saidAt = -SAID_MILLIS;

  /**
   * @param wall the system's clock
   * @param nanos time that nobody sets, as {@link System#nanoTime}
   */
  public SteadyClock(InstantSource wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    this.nanosAtStart = nanos.getAsLong();
    this.wallAtStart = wall.millis();
    this.ours = wallAtStart;
    this.theirs = wallAtStart;
    this.agreed = wallAtStart;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public long millis() {
    long now = look();
    return ours + now;
  }

  /** Never set, neither forth nor back, and so good to wait by; no date. */
  public Instant steady() {
    return Instant.ofEpochMilli(steadyMillis());
  }

  /** {@link #steady} in milliseconds. */
  public long steadyMillis() {
    return wallAtStart + look();
  }

  /** What {@link #millis} is more than {@link #steadyMillis}. */
  public long aheadMillis() {
    return ours - wallAtStart;
  }

  /**
   * What was due by the time of an earlier process is so by this time too. Not yet after a start:
   * that may have come in the middle of a jump.
   */
  public boolean isConfirmed() {
    return isConfirmed;
  }

  /** There has been no start and no jump for so long that what is old by this time is old. */
  public boolean isSettled() {
    return look() - disturbedAt >= SETTLED.toMillis();
  }

  /** How far the system's clock was ahead of this one when last looked at. */
  public Duration behind() {
    return Duration.ofMillis(theirs - ours);
  }

  /** How often the system's clock has jumped, back included. */
  public long jumps() {
    return jumps.get();
  }

  /** Looks at the system's clock if it is time to; the time since the start. */
  private long look() {
    long now = sinceStart();
    // Whoever comes while another looks goes on with what was known a moment ago.
    if (now - lookedAt >= LOOK_MILLIS && looking.tryLock()) {
      try {
        long before = sinceStart();
        long seen = wall.millis();
        long after = sinceStart();
        // A thread that was held up between the two would take its pause for a jump.
        if (before >= lookedAt && after - before < LOOK_MILLIS) {
          lookedAt = before;
          compare(seen - before, before);
        }
      } finally {
        looking.unlock();
      }
    }
    return now;
  }

  private long sinceStart() {
    return (nanos.getAsLong() - nanosAtStart) / 1_000_000;
  }

  private void compare(long seen, long now) {
    theirs = seen;
    if (!isNear(seen, agreed)) {
      jumped(seen, now);
    }
    boolean hasAgreed = now - agreedSince >= AGREEMENT.toMillis();
    if (isNear(seen, ours)) {
      ours = follow(ours, seen);
      isConfirmed |= hasAgreed;
    } else if (hasAgreed) {
      adopt(seen, now);
    }
    agreed = follow(agreed, seen);
  }

  private void jumped(long seen, long now) {
    boolean isBack = isNear(seen, ours);
    agreed = isBack ? ours : seen;
    agreedSince = now;
    disturbedAt = now;
    jumps.incrementAndGet();
    if (now - saidAt >= SAID_MILLIS || isBack) {
      saidAt = now;
      LOG.log(
          Level.WARNING,
          isBack
              ? "the system's clock is back; nothing is deleted for %d hours"
                  .formatted(SETTLED.toHours())
              : "the system's clock jumped and is now off by %s: the time before goes on until it has"
                      .formatted(text(seen - ours))
                  + " agreed with itself for %d minutes".formatted(AGREEMENT.toMinutes()));
    }
  }

  private void adopt(long seen, long now) {
    LOG.log(
        Level.WARNING,
        "the system's clock has agreed with itself for %d minutes and counts from now on: %s"
            .formatted(AGREEMENT.toMinutes(), text(seen - ours)));
    ours = seen;
    agreed = seen;
    disturbedAt = now;
    isConfirmed = true;
  }

  private static boolean isNear(long one, long other) {
    return Math.abs(one - other) <= NEARBY_MILLIS;
  }

  private static long follow(long from, long to) {
    return from + Math.clamp(to - from, -FOLLOW_MILLIS, FOLLOW_MILLIS);
  }

  private static String text(long millis) {
    Duration off = Duration.ofMillis(millis).abs();
    return "%s%d:%02d:%02d h"
        .formatted(millis < 0 ? "-" : "+", off.toHours(), off.toMinutesPart(), off.toSecondsPart());
  }
}
