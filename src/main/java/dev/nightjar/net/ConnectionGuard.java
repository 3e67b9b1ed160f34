package dev.nightjar.net;

import dev.nightjar.process.ProcessEnd;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.RoutingRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Closes connections whose peer keeps us waiting for a request's head or body, which Helidon never
 * does. Safe for use by many threads.
 */
public final class ConnectionGuard implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ConnectionGuard.class.getName());
  private static final Duration LOOK_MIN = Duration.ofMillis(20);
  private static final Duration LOOK_MAX = Duration.ofSeconds(1);

  private final Map<SocketAddress, GuardedConnection> connections = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final long headNanos;
  private final long bodyNanos;
  private final long lookNanos;
  private final SocketOptions plain;
  private volatile boolean isRefusing;

  private ConnectionGuard(Duration head, Duration body) {
    headNanos = head.toNanos();
    bodyNanos = body.toNanos();
    long look = Math.min(headNanos, bodyNanos) / 4;
    lookNanos = Math.clamp(look, LOOK_MIN.toNanos(), LOOK_MAX.toNanos());
    plain = SocketOptions.builder().tcpNoDelay(true).build();
  }

  /**
   * Begins to guard.
   *
   * @param head how long a connection may be outside of a request: silent, kept alive or still
   *     sending a head
   * @param body how long one read of a body may wait for its next bytes
   */
  public static ConnectionGuard start(Duration head, Duration body) {
    var guard = new ConnectionGuard(head, body);
    Thread.ofPlatform().daemon().name("connection-guard").start(ProcessEnd.loop(guard::watch));
    return guard;
  }

  /** For the listener's {@code connectionOptions}: this is how the guard learns of connections. */
  public SocketOptions socketOptions() {
    return new GuardingOptions();
  }

  /** For the routing's {@code addFilter}: this is how it learns of requests and watches bodies. */
  public Filter filter() {
    return (chain, request, _) -> {
      SocketAddress address = request.remotePeer().address();
      GuardedConnection connection = address == null ? null : connections.get(address);
      if (connection == null) {
        // Over HTTP/2 a request can begin when its connection is closed: nothing would end it.
        if (isHttp2(request)) {
          Thread.currentThread().interrupt();
        }
        throw new CloseConnectionException("the client is gone");
      }
      request.streamFilter(connection::watch);
      connection.beginRequest();
      try {
        chain.proceed();
      } finally {
        connection.endRequest();
        if (isHttp2(request) && !request.content().consumed()) {
          connection.linger();
        }
      }
    };
  }

  private static boolean isHttp2(RoutingRequest request) {
    return request.prologue().protocolVersion().startsWith("2");
  }

  /** The request's body, whose reads are watched; {@code address} is the request's remote peer. */
  public InputStream body(SocketAddress address, InputStream in) {
    GuardedConnection connection = connections.get(address);
    return connection == null ? in : connection.watch(in);
  }

  /** The connection's channel, if it is still open. */
  public Optional<SocketChannel> channel(SocketAddress address) {
    return Optional.ofNullable(connections.get(address))
        .map(GuardedConnection::channel)
        .filter(SocketChannel::isOpen);
  }

  /** Ends the connection with a TCP RST: the peer sees "connection reset". */
  public void reset(SocketAddress address) {
    channel(address).ifPresent(ConnectionGuard::reset);
  }

  /** Ends the connection after what was already written to it. */
  public void disconnect(SocketAddress address) {
    channel(address).ifPresent(ConnectionGuard::close);
  }

  /** While true, all connections, present and new, are reset at once. */
  public void setRefusing(boolean refusing) {
    isRefusing = refusing;
    if (refusing) {
      connections.values().forEach(connection -> reset(connection.channel()));
    }
  }

  /** How many connections are open, give or take those that closed since the last look. */
  public int connections() {
    return connections.size();
  }

  /** Closes all connections and ends the watch. */
  @Override
  public void close() {
    closed.countDown();
    for (GuardedConnection connection : connections.values()) {
      close(connection.channel());
      connection.breakOff();
    }
  }

  private void accept(SocketChannel channel) throws IOException {
    plain.configureSocket(channel);
    SocketAddress address = channel.getRemoteAddress();
    if (address == null) {
      throw new ClosedChannelException();
    }
    connections.put(address, new GuardedConnection(channel, System.nanoTime()));
    // After the put, so that a connection slips through neither here nor in setRefusing.
    if (isRefusing || closed.getCount() == 0) {
      reset(channel);
      throw new ClosedChannelException();
    }
  }

  private void watch() {
    try {
      while (!closed.await(lookNanos, TimeUnit.NANOSECONDS)) {
        long now = System.nanoTime();
        connections.values().removeIf(connection -> isGone(connection, now));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** One that cannot be looked at must not be the last that is. */
  private boolean isGone(GuardedConnection connection, long now) {
    try {
      return isClosed(connection, now);
    } catch (RuntimeException | AssertionError e) {
      LOG.log(System.Logger.Level.ERROR, "looking after a connection", e);
      return false;
    }
  }

  private boolean isClosed(GuardedConnection connection, long now) {
    if (!connection.channel().isOpen()) {
      connection.breakOff();
      return true;
    }
    if (connection.isOverdue(now, headNanos, bodyNanos)) {
      close(connection.channel()); // And broken off at the next look, when all it sent is read.
    }
    return false;
  }

  private static void reset(SocketChannel channel) {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException _) {
      // Already closed, which is what is wanted.
    }
    close(channel);
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException _) {
      // The descriptor is gone all the same.
    }
  }

  /** Helidon's own options, which also tell the guard of each accepted connection. */
  private final class GuardingOptions implements SocketOptions {
    @Override
    public void configureSocket(SocketChannel channel) {
      try {
        accept(channel);
      } catch (IOException e) {
        // The listener closes this channel and goes on.
        throw new UncheckedIOException(e);
      } catch (Error e) {
        ProcessEnd.ifBroken(e);
        throw new IllegalStateException("a connection cannot be taken", e); // It survives these.
      }
    }

    @Override
    public Map<java.net.SocketOption<?>, Object> socketOptions() {
      return plain.socketOptions();
    }

    @Override
    public Duration connectTimeout() {
      return plain.connectTimeout();
    }

    @Override
    public Duration readTimeout() {
      return plain.readTimeout();
    }

    @Override
    public Optional<Integer> socketReceiveBufferSize() {
      return plain.socketReceiveBufferSize();
    }

    @Override
    public Optional<Integer> socketSendBufferSize() {
      return plain.socketSendBufferSize();
    }

    @Override
    public boolean socketReuseAddress() {
      return plain.socketReuseAddress();
    }

    @Override
    public boolean socketKeepAlive() {
      return plain.socketKeepAlive();
    }

    @Override
    public boolean tcpNoDelay() {
      return plain.tcpNoDelay();
    }
  }
}
