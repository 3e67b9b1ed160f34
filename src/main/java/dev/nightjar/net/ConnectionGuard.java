package dev.nightjar.net;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Closes connections of slow clients, which the HTTP server itself never does: one that is outside
 * a request for too long (silent, half a head, dripping), and one whose request body stalls. It
 * sees each accepted socket as the server's socket options, and each request as a filter. Any
 * thread.
 */
public final class ConnectionGuard implements SocketOptions, Filter, AutoCloseable {
  private static final Duration NOT_USED = Duration.ofSeconds(10);

  private final SocketOptions defaults = SocketOptions.create();
  private final Map<SocketAddress, Guarded> connections = new ConcurrentHashMap<>();
  private final long idleNanos;
  private final long bodyNanos;
  private final LongSupplier nanos;
  private final Thread sweeper;
  private volatile boolean isClosed;

  private static final class Guarded {
    final SocketChannel channel;
    volatile long since;
    volatile boolean isInRequest;
    volatile boolean isReadingBody;

    Guarded(SocketChannel channel, long since) {
      this.channel = channel;
      this.since = since;
    }
  }

  /** {@code idle} outside a request, {@code body} for one read of a request's body. */
  public ConnectionGuard(Duration idle, Duration body, LongSupplier nanos) {
    this.idleNanos = idle.toNanos();
    this.bodyNanos = body.toNanos();
    this.nanos = nanos;
    this.sweeper = Thread.ofPlatform().name("connection-guard").daemon().start(this::sweep);
  }

  @Override
  public void configureSocket(SocketChannel channel) {
    defaults.configureSocket(channel);
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      connections.put(channel.getRemoteAddress(), new Guarded(channel, nanos.getAsLong()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    Guarded connection = connections.get(request.remotePeer().address());
    if (connection == null) {
      chain.proceed();
      return;
    }
    connection.isInRequest = true;
    try {
      chain.proceed();
    } finally {
      connection.since = nanos.getAsLong();
      connection.isInRequest = false;
    }
  }

  /** A request's body whose reads are watched. */
  public InputStream body(SocketAddress client, InputStream body) {
    Guarded connection = connections.get(client);
    return connection == null ? body : new WatchedBody(connection, body);
  }

  /** Closes a connection with a reset: the client sees no answer. */
  public void reset(SocketAddress client) {
    Guarded connection = connections.remove(client);
    if (connection != null) {
      try {
        connection.channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        connection.channel.close();
      } catch (IOException _) {
        // It is gone already.
      }
    }
  }

  /** Resets all connections. */
  public void resetAll() {
    connections.keySet().forEach(this::reset);
  }

  /** Whether the connection is still there. */
  public boolean isOpen(SocketAddress client) {
    Guarded connection = connections.get(client);
    return connection != null && connection.channel.isOpen();
  }

  /** Connections that are open. */
  public int size() {
    return connections.size();
  }

  private void sweep() {
    long pause = Math.clamp(Math.min(idleNanos, bodyNanos) / 10, 1_000_000L, 1_000_000_000L);
    while (!isClosed) {
      LockSupport.parkNanos(pause);
      long now = nanos.getAsLong();
      connections.forEach((client, connection) -> {
        if (!connection.channel.isOpen()) {
          connections.remove(client, connection);
        } else if (isOverdue(connection, now)) {
          close(client, connection);
        }
      });
    }
  }

  private boolean isOverdue(Guarded connection, long now) {
    if (connection.isReadingBody) {
      return now - connection.since > bodyNanos;
    }
    return !connection.isInRequest && now - connection.since > idleNanos;
  }

  private void close(SocketAddress client, Guarded connection) {
    connections.remove(client, connection);
    try {
      connection.channel.close();
    } catch (IOException _) {
      // It is gone already.
    }
  }

  @Override
  public void close() {
    isClosed = true;
    LockSupport.unpark(sweeper);
  }

  private final class WatchedBody extends FilterInputStream {
    private final Guarded connection;

    WatchedBody(Guarded connection, InputStream body) {
      super(body);
      this.connection = connection;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      connection.since = nanos.getAsLong();
      connection.isReadingBody = true;
      try {
        return in.read(buffer, offset, count);
      } finally {
        connection.isReadingBody = false;
      }
    }
  }

  // The rest of the socket options are the server's own.

  @Override
  public Map<SocketOption<?>, Object> socketOptions() {
    return defaults.socketOptions();
  }

  @Override
  public Duration connectTimeout() {
    return NOT_USED;
  }

  @Override
  public Duration readTimeout() {
    return defaults.readTimeout();
  }

  @Override
  public Optional<Integer> socketReceiveBufferSize() {
    return defaults.socketReceiveBufferSize();
  }

  @Override
  public Optional<Integer> socketSendBufferSize() {
    return defaults.socketSendBufferSize();
  }

  @Override
  public boolean socketReuseAddress() {
    return defaults.socketReuseAddress();
  }

  @Override
  public boolean socketKeepAlive() {
    return defaults.socketKeepAlive();
  }

  @Override
  public boolean tcpNoDelay() {
    return true;
  }
}
