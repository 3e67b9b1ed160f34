package dev.nightjar.engine;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * What carries out the shell's work, each kind apart from the others: threads, or a queue that a
 * test works off by hand.
 *
 * @param validations a thread each; bounded by the turns that the core gives
 * @param calls one virtual thread each; bounded by the lanes
 */
record Workers(
    ExecutorService claims, ExecutorService seals, ExecutorService validations, Executor calls) {
  private static final int CLAIM_THREADS = 2;

  /** A seal mostly waits for the disk, and transactions that wait together share one fsync. */
  private static final int SEAL_THREADS = 6;

  static Workers threads() {
    return new Workers(
        pool("claim-", CLAIM_THREADS),
        pool("seal-", SEAL_THREADS),
        Executors.newCachedThreadPool(factory("validate-")),
        task -> Thread.ofVirtual().name("call").start(task));
  }

  private static ExecutorService pool(String name, int threads) {
    return Executors.newFixedThreadPool(threads, factory(name));
  }

  private static ThreadFactory factory(String name) {
    return Thread.ofPlatform().name(name, 0).daemon().factory();
  }

  /** Interrupts what runs and waits for its end, a while. Calls end with their upstreams. */
  void stop() {
    List<ExecutorService> pools = List.of(claims, seals, validations);
    pools.forEach(ExecutorService::shutdownNow);
    try {
      for (ExecutorService pool : pools) {
        pool.awaitTermination(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
