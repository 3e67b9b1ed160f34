package dev.nightjar.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks the operating system, on a few threads of its own: a lookup is native code that cannot be
 * interrupted and would hold the carrier of a virtual thread.
 */
public final class SystemResolver implements Resolver, AutoCloseable {
  private static final int THREADS_MAX = 16;
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final ExecutorService threads =
      new ThreadPoolExecutor(
          0,
          THREADS_MAX,
          30,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().name("resolve-", 0).daemon().factory());

  @Override
  public List<InetAddress> resolve(String host) throws UnknownHostException {
    try {
      Future<InetAddress[]> lookup = threads.submit(() -> InetAddress.getAllByName(host));
      return List.of(lookup.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException e) {
      throw unknown(host, e);
    } catch (TimeoutException | RejectedExecutionException e) {
      throw unknown(host + ", as the name service does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(host + ", as the lookup was interrupted", e);
    }
  }

  private static UnknownHostException unknown(String message, Exception cause) {
    var unknown = new UnknownHostException(message);
    unknown.initCause(cause);
    return unknown;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
