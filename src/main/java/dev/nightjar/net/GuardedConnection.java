package dev.nightjar.net;

import io.helidon.http.http2.Http2Exception;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
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

  private final AtomicInteger files = new AtomicInteger();
  private final Set<WatchedBody> bodies = ConcurrentHashMap.newKeySet(1);
  private final Set<WatchedWrite> writes = ConcurrentHashMap.newKeySet(1);

  /** Those who wait for something of ours. */
  private final Set<WatchedWrite> waits = ConcurrentHashMap.newKeySet(1);

  /** Threads of HTTP/2 that may still wait for a body after their request, and since when. */
  private final Map<Thread, Long> lingering = new ConcurrentHashMap<>();

  /** A write over HTTP/2 may wait for the others of its connection, but not for ever. */
  private static final int SHARED_WAITS_MAX = 10;

  private volatile long outsideSince;
  private volatile long movedAt;
  private volatile boolean isKnown;
  private volatile boolean isGone;

  GuardedConnection(SocketChannel channel, long now) {
    this.channel = channel;
    this.outsideSince = now;
    this.movedAt = now;
  }

  SocketChannel channel() {
    return channel;
  }

  int requests() {
    return requests.get();
  }

  /** How many files its requests hold open. */
  AtomicInteger files() {
    return files;
  }

  /** When bytes of a request or an answer last went through. */
  long movedAt() {
    return movedAt;
  }

  /** Whether a valid key came through it. */
  boolean isKnown() {
    return isKnown;
  }

  void setKnown() {
    isKnown = true;
  }

  void beginRequest() {
    moved();
    requests.incrementAndGet();
  }

  void endRequest() {
    moved();
    outsideSince = System.nanoTime();
    if (requests.decrementAndGet() == 0) {
      bodies.clear();
    }
  }

  private void moved() {
    movedAt = System.nanoTime();
  }

  InputStream watch(InputStream in) {
    var body = new WatchedBody(in);
    bodies.add(body);
    if (isGone) {
      body.breakOff();
    }
    return body;
  }

  /** Writes parts of an answer. The peer's doing is told apart from an error of ours. */
  void send(int parts, Runnable all) {
    try {
      watched(
          writes,
          parts,
          () -> {
            moved(); // From now on it is the peer who is waited for.
            all.run();
            moved();
          });
    } catch (Http2Exception e) {
      throw new ServerConnectionException("the client does not read its answer", e);
    }
  }

  /** Waits for something of ours, and no longer than the connection is there. */
  void await(Runnable wait) {
    watched(waits, 1, wait);
  }

  private void watched(Set<WatchedWrite> kind, int parts, Runnable work) {
    var watched = new WatchedWrite(Thread.currentThread(), parts, System.nanoTime());
    kind.add(watched);
    try {
      if (!isGone) {
        work.run();
      }
    } catch (RuntimeException e) {
      if (!isGone) {
        throw e;
      }
    } finally {
      kind.remove(watched);
      watched.end();
    }
    if (isGone) {
      throw new CloseConnectionException("the connection was closed while its answer was sent");
    }
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
    writes.forEach(WatchedWrite::nudge);
    return requests.get() == 0
        ? now - outsideSince > headNanos
        : bodies.stream().anyMatch(body -> body.isOverdue(now, bodyNanos))
            || writes.stream().anyMatch(write -> isOverdue(write, now, bodyNanos));
  }

  private boolean isOverdue(WatchedWrite write, long now, long partNanos) {
    long nanosMax = write.parts() * partNanos;
    long waited = now - write.since();
    return waited > nanosMax && (now - movedAt > nanosMax || waited / SHARED_WAITS_MAX > nanosMax);
  }

  /** Whether one of its requests waits for something other than its peer. */
  boolean isAwaitingUs() {
    long forPeer = bodies.stream().filter(WatchedBody::isReading).count() + writes.size();
    return requests.get() > forPeer;
  }

  /** Whether it has bytes to send that the peer does not take: it would not take an end either. */
  boolean isSending() {
    return !writes.isEmpty();
  }

  /**
   * The channel is closed: whoever reads a body of it or writes an answer, now or later, gets an
   * exception. Over HTTP/2 nothing else would ever wake a handler that waits for a body.
   */
  void breakOff() {
    isGone = true;
    bodies.forEach(WatchedBody::breakOff);
    writes.forEach(WatchedWrite::breakOff);
    waits.forEach(WatchedWrite::breakOff);
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
      moved();
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
