package dev.nightjar.net;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
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
  private volatile long outsideSince;

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
    return body;
  }

  boolean isOverdue(long now, long headNanos, long bodyNanos) {
    if (requests.get() == 0) {
      return now - outsideSince > headNanos;
    }
    for (WatchedBody body : bodies) {
      if (body.isReading && now - body.readingSince > bodyNanos) {
        return true;
      }
    }
    return false;
  }

  /** A body that notes since when a read waits. */
  private final class WatchedBody extends FilterInputStream {
    private volatile long readingSince;
    private volatile boolean isReading;

    WatchedBody(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      beginRead();
      try {
        return endAt(super.read());
      } finally {
        isReading = false;
      }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      beginRead();
      try {
        return endAt(super.read(into, offset, length));
      } finally {
        isReading = false;
      }
    }

    @Override
    public void close() throws IOException {
      bodies.remove(this);
      super.close();
    }

    private void beginRead() {
      readingSince = System.nanoTime();
      isReading = true;
    }

    private int endAt(int result) {
      if (result < 0) {
        bodies.remove(this);
      }
      return result;
    }
  }
}
