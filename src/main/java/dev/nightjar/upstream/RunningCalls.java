package dev.nightjar.upstream;

import dev.nightjar.process.Loop;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The calls in flight: stops those that take too long, and all of them at the end. Any thread may
 * add and remove. One daemon thread looks at them ten times a second; timed reads would cost each
 * call more than this costs for all.
 */
final class RunningCalls implements AutoCloseable {
  private static final Duration TICK = Duration.ofMillis(100);

  private final Set<CallState> running = ConcurrentHashMap.newKeySet();
  private final Runnable alsoEachTick;
  private final Loop loop;
  private volatile boolean closed;

  /**
   * @param alsoEachTick short work for the same thread; must not block
   */
  RunningCalls(String upstream, Runnable alsoEachTick) {
    this.alsoEachTick = alsoEachTick;
    this.loop = Loop.every(TICK, "upstream-" + upstream, this::tick);
    loop.start();
  }

  private void tick() {
    try {
      stopLate();
    } finally {
      alsoEachTick.run();
    }
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
    loop.close();
    running.forEach(CallState::abort);
  }
}
