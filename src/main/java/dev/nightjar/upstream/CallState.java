package dev.nightjar.upstream;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.jspecify.annotations.Nullable;

/**
 * How far a call is, and how it ends. One thread executes the call; any thread may stop it. Whoever
 * moves the stage away from {@code RUNNING} first says how it ends: a stopped call never gives its
 * connection back, so that a late stop cannot hit another call.
 */
final class CallState {
  private enum Stage {
    READY,
    RUNNING,
    DONE,
    ABORTED,
    TIMED_OUT
  }

  private final long timeoutNanos;
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.READY);
  private volatile long startedNanos;
  private volatile @Nullable Connection connection;

  CallState(Duration timeout) {
    this.timeoutNanos = TimeUnit.NANOSECONDS.convert(timeout);
  }

  /** False if it was aborted before. */
  boolean begin() {
    startedNanos = System.nanoTime();
    if (stage.compareAndSet(Stage.READY, Stage.RUNNING)) {
      return true;
    }
    if (stage.get() != Stage.ABORTED) {
      throw new IllegalStateException("a call is executed once, but this one is " + stage.get());
    }
    return false;
  }

  boolean isRunning() {
    return stage.get() == Stage.RUNNING;
  }

  /** From here on a stop closes it; one that came before is noticed here. */
  void use(Connection next) throws ConnectionClosedException {
    connection = next;
    if (!isRunning()) {
      throw new ConnectionClosedException("stopped");
    }
  }

  /** Whether the call got its whole answer unstopped; no stop closes its connection any more. */
  boolean finish() {
    if (stage.compareAndSet(Stage.RUNNING, Stage.DONE)) {
      connection = null;
      return true;
    }
    return false;
  }

  /** What somebody asked for wins over what the network did because of it. */
  UpstreamResult ending(UpstreamResult seen) {
    var interrupted = Thread.currentThread().isInterrupted();
    stage.compareAndSet(Stage.RUNNING, interrupted ? Stage.ABORTED : Stage.DONE);
    return switch (stage.get()) {
      case ABORTED -> new UpstreamResult.Aborted();
      case TIMED_OUT -> new UpstreamResult.TimedOut();
      case READY, RUNNING, DONE -> seen;
    };
  }

  void abort() {
    if (!stage.compareAndSet(Stage.READY, Stage.ABORTED)) {
      stop(Stage.ABORTED);
    }
  }

  void stopIfLate(long nowNanos) {
    if (nowNanos - startedNanos >= timeoutNanos) {
      stop(Stage.TIMED_OUT);
    }
  }

  private void stop(Stage why) {
    if (stage.compareAndSet(Stage.RUNNING, why)) {
      cutConnection();
    }
  }

  void cutConnection() {
    var current = connection;
    if (current != null) {
      current.cut();
    }
  }
}
