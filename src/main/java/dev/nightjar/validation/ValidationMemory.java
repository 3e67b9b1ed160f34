package dev.nightjar.validation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory that all validations together take for the hashes of their custom_ids. A validation
 * that wants more than is left waits for others to end. The oldest never waits, so that a file too
 * large for the bound is validated all the same, alone; nor does the first piece of any, so that
 * ten lines do not wait behind ten million. Any thread may call it.
 */
public final class ValidationMemory {
  private final long bytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Share> oldestFirst = new ArrayDeque<>();
  private final Set<Share> waiting = new HashSet<>();
  private long bytes;

  ValidationMemory(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** What it holds now, how many validations hold it, and how many of them wait. */
  public record Use(long bytes, int validations, int waiting) {}

  Use use() {
    lock.lock();
    try {
      return new Use(bytes, oldestFirst.size(), waiting.size());
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

    /** Takes so many bytes more; false if others have to end first. */
    boolean take(long more) {
      lock.lock();
      try {
        if (!mayTake(more)) {
          waiting.add(this);
          return false;
        }
        waiting.remove(this);
        held += more;
        bytes += more;
        return true;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        oldestFirst.remove(this);
        waiting.remove(this);
        bytes -= held;
        held = 0;
      } finally {
        lock.unlock();
      }
    }
  }
}
