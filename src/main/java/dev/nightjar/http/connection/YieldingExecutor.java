package dev.nightjar.http.connection;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Begins what it is given before its caller goes on. A connection of HTTP/2 would else read the
 * heads of a hundred requests before the first of them can be refused.
 */
final class YieldingExecutor extends AbstractExecutorService {
  private final ExecutorService threads;

  YieldingExecutor(ExecutorService threads) {
    this.threads = threads;
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // A thread that is slow to yield costs memory, no more.
  public void execute(Runnable command) {
    threads.execute(command);
    Thread.yield();
  }

  @Override
  public void shutdown() {
    threads.shutdown();
  }

  @Override
  public List<Runnable> shutdownNow() {
    return threads.shutdownNow();
  }

  @Override
  public boolean isShutdown() {
    return threads.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return threads.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return threads.awaitTermination(timeout, unit);
  }
}
