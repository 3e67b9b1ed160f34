package dev.nightjar;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * What is logged of internal faults, which are messages with an exception: the first of a kind in
 * full, then at most once a minute in one line how many more there were. A kind is the logger, the
 * exception, where it was thrown, and what caused it. All are counted. Any thread.
 */
final class RepeatedFaults implements Filter {
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int CAUSES_MAX = 20;

  /** Bounds the memory: what comes beyond is all of one kind. */
  static final int KINDS_MAX = 1_000;

  private static final Kind OTHERS = new Kind("", "", null, "");

  private final LongSupplier nanos;
  private final Map<Kind, Count> counts = new ConcurrentHashMap<>();
  private final LongAdder faults = new LongAdder();

  private record Kind(
      String logger, String exception, @Nullable StackTraceElement place, String cause) {
    static Kind of(LogRecord message, Throwable thrown) {
      StackTraceElement[] trace = thrown.getStackTrace();
      return new Kind(
          String.valueOf(message.getLoggerName()),
          thrown.getClass().getName(),
          trace.length == 0 ? null : trace[0],
          rootCause(thrown).getClass().getName());
    }

    private static Throwable rootCause(Throwable thrown) {
      Throwable root = thrown;
      for (int i = 0; i < CAUSES_MAX; i++) {
        Throwable cause = root.getCause();
        if (cause == null) {
          break;
        }
        root = cause;
      }
      return root;
    }
  }

  /** Of one kind: guarded by itself. */
  private static final class Count {
    private long shownAt;
    private long hidden;
  }

  RepeatedFaults(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** How many there were since the start, shown or not. */
  long total() {
    return faults.sum();
  }

  @Override
  public boolean isLoggable(LogRecord message) {
    Throwable thrown = message.getThrown();
    if (thrown == null || message.getLevel().intValue() < Level.WARNING.intValue()) {
      return true;
    }
    faults.increment();
    Kind kind = Kind.of(message, thrown);
    if (counts.size() >= KINDS_MAX && !counts.containsKey(kind)) {
      kind = OTHERS;
    }
    long now = nanos.getAsLong();
    var first = new Count();
    first.shownAt = now;
    Count count = counts.putIfAbsent(kind, first);
    return count == null || isDue(count, message, now);
  }

  private static boolean isDue(Count count, LogRecord message, long now) {
    long hidden;
    synchronized (count) {
      if (now - count.shownAt < PAUSE_NANOS) {
        count.hidden++;
        return false;
      }
      count.shownAt = now;
      hidden = count.hidden;
      count.hidden = 0;
    }
    message.setMessage(
        "%s: %s (and %d more of this kind since the last was shown)"
            .formatted(message.getMessage(), message.getThrown(), hidden));
    message.setThrown(null);
    return true;
  }
}
