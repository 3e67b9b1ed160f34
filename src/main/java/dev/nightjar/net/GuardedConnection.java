package dev.nightjar.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the guard knows of one connection. The threads of its requests write it, the guard's reads.
 */
final class GuardedConnection {
  private final SocketChannel channel;

  /** HTTP/2 has many requests at once. */
  private final AtomicInteger requests = new AtomicInteger();

  private final Set<WatchedBody> bodies = ConcurrentHashMap.newKeySet(1);

  /** Threads of HTTP/2 that may still wait for a body after their request, and since when. */
  private final Map<Thread, Long> lingering = new ConcurrentHashMap<>();

  private volatile long outsideSince;
  private volatile boolean isGone;

  GuardedConnection(SocketChannel channel, long now) {
    this.channel = channel;
    this.outsideSince = now;
  }

  SocketChannel channel() {
    return channel;
  }

  void beginRequest() {
    requests.incrementAndGet();
  }

  void endRequest() {
    outsideSince = System.nanoTime();
    if (requests.decrementAndGet() == 0) {
      bodies.clear();
    }
  }

  InputStream watch(InputStream in) {
    var body = new WatchedBody(in);
    bodies.add(body);
    if (isGone) {
      body.breakOff();
    }
    return body;
  }

  /**
   * The calling thread goes on to read what is left of a body of HTTP/2, as Helidon has it do; it
   * serves no other request.
   */
  void linger() {
    lingering.put(Thread.currentThread(), System.nanoTime());
    if (isGone) {
      Thread.currentThread().interrupt();
    }
  }

  boolean isOverdue(long now, long headNanos, long bodyNanos) {
    lingering.keySet().removeIf(thread -> !thread.isAlive());
    if (lingering.values().stream().anyMatch(since -> now - since > bodyNanos)) {
      return true;
    }
    return requests.get() == 0
        ? now - outsideSince > headNanos
        : bodies.stream().anyMatch(body -> body.isOverdue(now, bodyNanos));
  }

  /**
   * The channel is closed: whoever reads a body of it, now or later, gets an exception. Over HTTP/2
   * nothing else would ever wake a handler that waits for a body.
   */
  void breakOff() {
    isGone = true;
    bodies.forEach(WatchedBody::breakOff);
    lingering.keySet().forEach(Thread::interrupt);
  }

  /** Forgets the body at its end. */
  private final class WatchedBody extends WatchedInput {
    WatchedBody(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int result = super.read(into, offset, length);
      if (result < 0) {
        bodies.remove(this);
      }
      return result;
    }

    @Override
    public void close() throws IOException {
      bodies.remove(this);
      super.close();
    }
  }
}
