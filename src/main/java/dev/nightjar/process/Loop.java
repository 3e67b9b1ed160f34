package dev.nightjar.process;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a thread of its own does again and again until it is closed. A turn that fails is logged,
 * and the next one comes all the same; what says that the machine or the program is broken ends the
 * process. Any thread may call it.
 */
public final class Loop implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Loop.class.getName());
  private static final Duration STOP = Duration.ofSeconds(10);

  private final String name;
  private final Duration period;
  private final Turn turn;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Under the lock.
  private boolean isWoken;
  private boolean isClosed;

  /** One turn. */
  public interface Turn {
    /** How long to rest then, if nobody wakes it. */
    Duration run() throws Exception;
  }

  /** A turn after which it always rests as long. */
  public interface Work {
    void run() throws Exception;
  }

  /**
   * Begins with nothing.
   *
   * @param name what it does, for the thread and the log
   * @param period how long it rests before its first turn, and after one that failed
   */
  public Loop(String name, Duration period, Turn turn) {
    this.name = name;
    this.period = period;
    this.turn = turn;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(ProcessEnd.loop(this::run));
  }

  public static Loop every(Duration period, String name, Work work) {
    return new Loop(
        name,
        period,
        () -> {
          work.run();
          return period;
        });
  }

  /** Once. Its first turn comes after a period, or at once if it was woken. */
  public void start() {
    thread.start();
  }

  /** Its next turn comes at once, or when the one under way is over. */
  public void wake() {
    lock.lock();
    try {
      isWoken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      Duration rest = period;
      while (!isClosedWithin(rest)) {
        rest = turn();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosedWithin(Duration rest) throws InterruptedException {
    lock.lock();
    try {
      long left = rest.toNanos();
      while (!isWoken && !isClosed && left > 0) {
        left = changed.awaitNanos(left);
      }
      isWoken = false;
      return isClosed;
    } finally {
      lock.unlock();
    }
  }

  private Duration turn() {
    try {
      return turn.run();
    } catch (Throwable e) {
      ProcessEnd.ifBroken(e);
      if (!isClosed()) {
        LOG.log(
            System.Logger.Level.WARNING,
            "a turn of %s failed, and is tried again".formatted(name),
            e);
      }
      return period;
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return isClosed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * No other turn comes. Waits for the one under way, for a while, unless that is who closes it.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      if (!thread.equals(Thread.currentThread())) {
        thread.join(STOP.toMillis());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
