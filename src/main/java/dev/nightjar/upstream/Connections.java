package dev.nightjar.upstream;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The open connections to one upstream that no call uses just now, longest unused first. Any thread
 * may call it.
 *
 * <p>HTTP/1.1 tells an answer by its place alone, so that one answer too many would be taken for
 * that of the next call. A connection therefore rests before it is used again, for what is sent too
 * much follows soon; and a server that was seen to send too much gets a connection for each call.
 */
final class Connections {
  private static final System.Logger LOG = System.getLogger(Connections.class.getName());

  /** Uvicorn, and with it vLLM, closes at 5 s; what it closes first, we send twice. */
  private static final long MAX_REST = Duration.ofSeconds(3).toNanos();

  /** How long a connection rests between two calls, at least and at most. */
  record Rest(Duration min, Duration max) {
    static final Rest DEFAULT = new Rest(Duration.ofMillis(5), Duration.ofMillis(250));
    static final Rest NONE = new Rest(Duration.ZERO, Duration.ZERO);
  }

  private static final Duration DISTRUST = Duration.ofHours(1);

  /** A server that speaks before it is asked does so about when it accepts. */
  private static final Timeout LISTENING = Timeout.ofMilliseconds(2);

  private static final Timeout LISTENING_LONGER = Timeout.ofMilliseconds(50);

  private final String upstream;
  private final Rest rest;
  private final LinkedBlockingDeque<Connection> idle;
  private final AtomicBoolean isDistrusted = new AtomicBoolean();
  private volatile long distrustedAt;

  /** Half the time that calls take, about; concurrent changes may be lost. */
  private volatile long restNanos;

  Connections(String upstream, int max, Rest rest) {
    this.upstream = upstream;
    this.rest = rest;
    this.restNanos = rest.min.toNanos();
    this.idle = new LinkedBlockingDeque<>(2 * max);
  }

  /** One that was used not long ago, which does not mean that the other side still holds it. */
  @Nullable Connection take() {
    for (var oldest = idle.pollFirst(); oldest != null; oldest = idle.pollFirst()) {
      if (oldest.hasRested(MAX_REST) || isDistrusted.get()) {
        closeLater(oldest);
      } else if (oldest.hasRested(restNanos)) {
        return oldest;
      } else {
        putBack(oldest);
        return null;
      }
    }
    return null;
  }

  Connection fresh() {
    return new Connection(isDistrusted.get() ? LISTENING_LONGER : LISTENING);
  }

  /** The upstream has sent what no request asked for. */
  void distrust() {
    distrustedAt = System.nanoTime();
    if (!isDistrusted.getAndSet(true)) {
      LOG.log(
          Level.WARNING,
          "{0} sent an answer that nobody asked for: for an hour each call to it gets a connection of its own",
          upstream);
    }
  }

  void keep(Connection connection) {
    long last = Math.clamp(connection.rest() / 2, rest.min.toNanos(), rest.max.toNanos());
    long before = restNanos;
    restNanos = before + (last - before) / 16;
    if (isDistrusted.get() || !idle.offerLast(connection)) {
      connection.close();
    }
  }

  /** Does not wait: the goodbyes are said on threads of their own. */
  void closeRested() {
    if (isDistrusted.get() && System.nanoTime() - distrustedAt > DISTRUST.toNanos()) {
      isDistrusted.set(false);
    }
    for (var oldest = idle.pollFirst(); oldest != null; oldest = idle.pollFirst()) {
      if (!oldest.hasRested(MAX_REST)) {
        putBack(oldest);
        return;
      }
      closeLater(oldest);
    }
  }

  private void putBack(Connection connection) {
    if (!idle.offerFirst(connection)) {
      closeLater(connection);
    }
  }

  private static void closeLater(Connection connection) {
    var _ = Thread.startVirtualThread(connection::close);
  }

  void closeAll() {
    for (var next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
      next.cut();
    }
  }
}
