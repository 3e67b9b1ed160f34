package dev.nightjar.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The memory that all validations together take for the hashes of their custom_ids. A validation
 * that wants more than is left waits for others to end. The oldest never waits, so that a file too
 * large for the bound is validated all the same, alone; nor does the first piece of any, so that
 * ten rows do not wait behind ten million. Any thread may call it; one thread for each share.
 */
public final class ValidationMemory {
  private static final long LOOK_MILLIS = 50;

  private final long bytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();
  private final Deque<Share> oldestFirst = new ArrayDeque<>();
  private long bytes;
  private int waiting;

  ValidationMemory(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** What it holds now, how many validations hold it, and how many of them wait. */
  public record Use(long bytes, int validations, int waiting) {}

  Use use() {
    lock.lock();
    try {
      return new Use(bytes, oldestFirst.size(), waiting);
    } finally {
      lock.unlock();
    }
  }

  /** For one validation, from its beginning to its end. */
  Share open() {
    var share = new Share();
    lock.lock();
    try {
      oldestFirst.addLast(share);
    } finally {
      lock.unlock();
    }
    return share;
  }

  /** What one validation holds. */
  final class Share implements AutoCloseable {
    private long held;

    private boolean mayTake(long more) {
      return held == 0 || bytes + more <= bytesMax || oldestFirst.peekFirst() == this;
    }

    /** Takes so many bytes more, as soon as it may or {@code isCancelled}; tells of its waiting. */
    void take(long more, BooleanSupplier isCancelled, Runnable waits) {
      lock.lock();
      try {
        if (!mayTake(more)) {
          waits.run();
          await(more, isCancelled);
        }
        held += more;
        bytes += more;
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      } finally {
        lock.unlock();
      }
    }

    private void await(long more, BooleanSupplier isCancelled) throws InterruptedException {
      waiting++;
      try {
        while (!mayTake(more) && !isCancelled.getAsBoolean()) {
          var _ = freed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
      } finally {
        waiting--;
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        oldestFirst.remove(this);
        bytes -= held;
        held = 0;
        freed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
