package dev.nightjar.webhook;

import dev.nightjar.process.ProcessEnd;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks the operating system, on threads of its own: a lookup is native code that cannot be
 * interrupted and would hold the carrier of a virtual thread. One that hangs is waited for by all
 * who ask for its host, and holds a place of the project that asked first until it ends.
 */
public final class SystemResolver implements Resolver {
  private static final int LOOKUPS_MAX = 64;
  private static final int KEPT = 24;

  /** Of a project, if no other asks: one for each of its endpoints. */
  static final int PER_PROJECT = (LOOKUPS_MAX - KEPT) / 2;

  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final Places places = new Places(LOOKUPS_MAX, KEPT);
  private final Lookup system;
  private final Duration limit;

  /** Under its own lock: those under way. */
  private final Map<String, CompletableFuture<List<InetAddress>>> lookups = new HashMap<>();

  /** What the operating system does; may take any time. */
  interface Lookup {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  public SystemResolver() {
    this(InetAddress::getAllByName, LIMIT);
  }

  SystemResolver(Lookup system, Duration limit) {
    this.system = system;
    this.limit = limit;
  }

  @Override
  public List<InetAddress> resolve(String project, String host) throws UnknownHostException {
    try {
      return lookup(project, host).get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      ProcessEnd.ifBroken(e.getCause());
      throw unknown(host, e);
    } catch (TimeoutException e) {
      throw unknown(host + ", as the name service does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(host + ", as the lookup was interrupted", e);
    }
  }

  private CompletableFuture<List<InetAddress>> lookup(String project, String host)
      throws UnknownHostException {
    synchronized (lookups) {
      var underWay = lookups.get(host);
      if (underWay != null) {
        return underWay;
      }
      if (!places.take(project)) {
        throw new UnknownHostException(
            host + ", as too many lookups of this project are not answered");
      }
      var begun = new CompletableFuture<List<InetAddress>>();
      Thread.ofPlatform().name("resolve").daemon().start(() -> look(project, host, begun));
      lookups.put(host, begun);
      return begun;
    }
  }

  private void look(String project, String host, CompletableFuture<List<InetAddress>> result) {
    try {
      result.complete(List.of(system.addresses(host)));
    } catch (UnknownHostException | RuntimeException e) {
      result.completeExceptionally(e);
    } finally {
      synchronized (lookups) {
        lookups.remove(host);
      }
      places.giveBack(project);
    }
  }

  private static UnknownHostException unknown(String message, Exception cause) {
    var unknown = new UnknownHostException(message);
    unknown.initCause(cause);
    return unknown;
  }
}
