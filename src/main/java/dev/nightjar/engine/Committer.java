package dev.nightjar.engine;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Event.Pending;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.store.AnswerLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The one thread that appends: it takes what has come and makes it durable as a group. A group of
 * unknown outcome is repeated (rule R3), after a while and for as long as it takes: the answers
 * stay in memory, which the engine bounds by sending nothing more.
 */
final class Committer implements Runnable {
  private static final int GROUP_MAX = 4_096;
  private static final long GROUP_BYTES_MAX = 4L << 20;

  /** Under load groups begin this far apart: fewer, larger writes. */
  private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final AnswerLog log;
  private final WorkFigures workFigures;
  private final Consumer<Event> events;
  private final Consumer<Throwable> fatal;

  /** Bounded by the engine: calls in flight and unappended bytes. */
  private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();

  private final AtomicLong turns = new AtomicLong();

  Committer(
      AnswerLog log, WorkFigures workFigures, Consumer<Event> events, Consumer<Throwable> fatal) {
    this.log = log;
    this.workFigures = workFigures;
    this.events = events;
    this.fatal = fatal;
  }

  void append(Pending pending) {
    queue.add(pending);
  }

  @Override
  public void run() {
    try {
      while (true) {
        turns.lazySet(turns.getPlain() + 1);
        Pending first = queue.poll(1, TimeUnit.SECONDS);
        if (first == null) {
          continue;
        }
        List<Pending> group = group(first);
        long begun = System.nanoTime();
        commit(group);
        long left = PACE_NANOS - (System.nanoTime() - begun);
        if (left > 0 && group.size() > 1) {
          LockSupport.parkNanos(left);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      fatal.accept(e);
    }
  }

  /** How often it has come round: at least once a second, but while it waits for the disk. */
  long turns() {
    return turns.get();
  }

  /** Commits one group of what waits, without waiting; false if nothing does. */
  boolean commitWaiting() throws IOException, InterruptedException {
    Pending first = queue.poll();
    if (first == null) {
      return false;
    }
    commit(group(first));
    return true;
  }

  private List<Pending> group(Pending first) {
    var group = new ArrayList<Pending>();
    long bytes = 0;
    for (Pending next = first; next != null; next = queue.poll()) {
      group.add(next);
      bytes += next.answer().bytesInMemory();
      if (group.size() == GROUP_MAX || bytes >= GROUP_BYTES_MAX) {
        break;
      }
    }
    return group;
  }

  private void commit(List<Pending> group) throws IOException, InterruptedException {
    var entries = new ArrayList<AnswerLog.Entry>(group.size());
    for (Pending pending : group) {
      LineId line = pending.line();
      entries.add(new AnswerLog.Entry(line.chunk(), line.epoch(), line.index(), pending.answer()));
    }
    boolean isHeld = false;
    while (true) {
      turns.lazySet(turns.getPlain() + 1);
      try {
        long begun = System.nanoTime();
        Set<ChunkId> refused = log.append(entries);
        workFigures.appended(entries.size(), System.nanoTime() - begun);
        if (isHeld) {
          events.accept(new Event.Held(null));
        }
        events.accept(new Event.Appended(group, refused));
        return;
      } catch (AnswerLog.BrokenException e) {
        throw e;
      } catch (IOException e) {
        isHeld = true;
        events.accept(new Event.Held("answers cannot be written: " + e.getMessage()));
        LockSupport.parkNanos(RETRY_NANOS);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    }
  }
}
