package dev.nightjar.engine;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * What carries out the shell's work, each kind apart from the others: threads, or a queue that a
 * test works off by hand.
 *
 * @param calls one virtual thread each; bounded by the lanes
 */
record Workers(
    ExecutorService claims,
    ExecutorService seals,
    ExecutorService smallValidations,
    ExecutorService largeValidations,
    Executor calls) {
  private static final int CLAIM_THREADS = 2;

  /** A seal mostly waits for the disk, and transactions that wait together share one fsync. */
  private static final int SEAL_THREADS = 6;

  /** Of one project at a time: one whose file is long has not the only thread. */
  private static final int LARGE_VALIDATION_THREADS = 2;

  static Workers threads() {
    return new Workers(
        pool("claim-", CLAIM_THREADS),
        pool("seal-", SEAL_THREADS),
        pool("validate-small-", 1),
        pool("validate-large-", LARGE_VALIDATION_THREADS),
        task -> Thread.ofVirtual().name("call").start(task));
  }

  private static ExecutorService pool(String name, int threads) {
    return Executors.newFixedThreadPool(
        threads, Thread.ofPlatform().name(name, 0).daemon().factory());
  }

  /** Interrupts what runs and waits for its end, a while. Calls end with their upstreams. */
  void stop() {
    List<ExecutorService> pools = List.of(claims, seals, smallValidations, largeValidations);
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
