package dev.nightjar.upstream;

import dev.nightjar.process.ProcessEnd;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The calls in flight: stops those that take too long, and all of them at the end. Any thread may
 * add and remove. One daemon thread looks at them ten times a second; timed reads would cost each
 * call more than this costs for all.
 */
final class RunningCalls implements AutoCloseable {
  private static final Duration TICK = Duration.ofMillis(100);

  private final Set<CallState> running = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor timer;
  private volatile boolean closed;

  /**
   * @param alsoEachTick short work for the same thread; must not block
   */
  RunningCalls(String upstream, Runnable alsoEachTick) {
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("upstream-" + upstream).factory());
    eachTick(this::stopLate);
    eachTick(alsoEachTick);
  }

  private void eachTick(Runnable work) {
    var millis = TICK.toMillis();
    var _ =
        // One failure must not be the last tick: from then on no call would time out.
        timer.scheduleWithFixedDelay(ProcessEnd.task(work), millis, millis, TimeUnit.MILLISECONDS);
  }

  void add(CallState call) {
    running.add(call);
    if (closed) {
      call.abort();
    }
  }

  void remove(CallState call) {
    running.remove(call);
  }

  int size() {
    return running.size();
  }

  private void stopLate() {
    var now = System.nanoTime();
    for (var call : running) {
      call.stopIfLate(now);
    }
  }

  @Override
  public void close() {
    closed = true;
    timer.shutdownNow();
    running.forEach(CallState::abort);
  }
}
