package dev.nightjar.net;

import dev.nightjar.process.Loop;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections whose peer keeps us waiting for a request or with an answer, which Helidon
 * never does, and those that have been silent for longest when there are too many. Safe for use by
 * many threads.
 */
public final class ConnectionGuard implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ConnectionGuard.class.getName());
  private static final Duration LOOK_MIN = Duration.ofMillis(20);
  private static final Duration LOOK_MAX = Duration.ofSeconds(1);
  private static final int HEADERS_MAX = 256;
  private static final int STREAM_SHARES = 16;

  /**
   * Whoever takes a piece of its answer, or sends some of its body, within this keeps its files.
   */
  private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** While fewer of the connections are without a key, they make room in turn with the others. */
  private static final int UNKNOWN_SHARE = 4;

  /** The ones that keep us waiting, and not we them; of those who has been silent for longest. */
  private static final Comparator<GuardedConnection> SILENT_FIRST =
      Comparator.comparing(GuardedConnection::isAwaitingUs)
          .thenComparingLong(GuardedConnection::movedAt);

  private static final Comparator<GuardedConnection> UNKNOWN_FIRST =
      Comparator.comparing(GuardedConnection::isKnown).thenComparing(SILENT_FIRST);

  private final Map<SocketAddress, GuardedConnection> connections = new ConcurrentHashMap<>();

  /** Closed since the last look, no longer among the connections, and not yet broken off. */
  private final Queue<GuardedConnection> closing = new ConcurrentLinkedQueue<>();

  private final AtomicInteger streams = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ConnectionTurns turns = new ConnectionTurns();
  private final SpareDescriptor spare = new SpareDescriptor(closed);
  private final Limits limits;
  private final long headNanos;
  private final long bodyNanos;
  private final Loop loop;

  /** Those that were closing at the last look; its thread only. */
  private List<GuardedConnection> read = List.of();

  private volatile boolean isRefusing;

  /**
   * What a peer may take.
   *
   * @param head how long a connection may be outside of a request: silent, kept alive or still
   *     sending a head
   * @param body how long one read of a body, or one write of an answer, may wait for its bytes
   * @param connections how many there may be; one more, and the longest silent is closed
   * @param streams how many requests of HTTP/2 there may be on all connections together
   * @param files how many files the requests may have open
   */
  public record Limits(Duration head, Duration body, int connections, int streams, int files) {}

  private ConnectionGuard(Limits limits) {
    this.limits = limits;
    headNanos = limits.head().toNanos();
    bodyNanos = limits.body().toNanos();
    long look = Math.min(headNanos, bodyNanos) / 4;
    long nanos = Math.clamp(look, LOOK_MIN.toNanos(), LOOK_MAX.toNanos());
    loop = Loop.every(Duration.ofNanos(nanos), "connection-guard", this::look);
  }

  /** Begins to guard, any number of connections. */
  public static ConnectionGuard start(Duration head, Duration body) {
    int any = Integer.MAX_VALUE;
    return start(new Limits(head, body, any, any, any));
  }

  public static ConnectionGuard start(Limits limits) {
    var guard = new ConnectionGuard(limits);
    guard.loop.start();
    return guard;
  }

  public Limits limits() {
    return limits;
  }

  /** For the listener's {@code connectionOptions}: this is how the guard learns of connections. */
  public SocketOptions socketOptions() {
    return new AcceptOptions(this::accept);
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
      if (request.headers().size() > HEADERS_MAX) {
        reset(connection.channel()); // Of HTTP/2: in many streams at once they fill the memory.
        throw new CloseConnectionException("too many headers");
      }
      request.streamFilter(connection::watch);
      request.context().register(connection);
      connection.beginRequest();
      try {
        if (isHttp2(request) && streams.incrementAndGet() > limits.streams()) {
          makeRoomForStream(connection);
        }
        chain.proceed();
      } finally {
        connection.endRequest();
        if (isHttp2(request)) {
          streams.decrementAndGet();
          if (!request.content().consumed()) {
            connection.linger();
          }
        }
      }
    };
  }

  /**
   * Whoever has many itself gets no more; else attackers that take turns would do work for ever.
   */
  private void makeRoomForStream(GuardedConnection connection) {
    if (connection.requests() > limits.streams() / STREAM_SHARES) {
      throw new CloseConnectionException("too many requests at once");
    }
    evict(other -> other.requests() > 1);
  }

  private static boolean isHttp2(RoutingRequest request) {
    return request.prologue().protocolVersion().startsWith("2");
  }

  /** The request's body, whose reads are watched; {@code address} is the request's remote peer. */
  public InputStream body(SocketAddress address, InputStream in) {
    GuardedConnection connection = connections.get(address);
    return connection == null ? in : connection.watch(in);
  }

  /** Waits for what a request needs of ours: it ends with its connection. */
  public static void await(ServerRequest request, Runnable wait) {
    GuardedConnection connection = of(request);
    if (connection == null) {
      wait.run();
    } else {
      connection.await(wait);
    }
  }

  /**
   * Writes a part of a request's answer, such that it ends in time and with its connection. A part
   * should be short: the time is that of all of it, over HTTP/2 for as long as nothing else moves
   * on the connection.
   */
  public static void send(ServerRequest request, Runnable part) {
    send(request, 1, part);
  }

  /** Writes what is as long as so many parts: it may take as long as they. */
  public static void send(ServerRequest request, int parts, Runnable all) {
    GuardedConnection connection = of(request);
    if (connection == null) {
      all.run();
    } else {
      connection.send(parts, all);
    }
  }

  /** The request has a valid key: its connection is not among the first to make room. */
  public static void know(ServerRequest request) {
    GuardedConnection connection = of(request);
    if (connection != null) {
      connection.setKnown();
    }
  }

  /** How many files the requests of this one's connection hold open. */
  public static AtomicInteger files(ServerRequest request) {
    GuardedConnection connection = of(request);
    return connection == null ? new AtomicInteger() : connection.files();
  }

  private static @Nullable GuardedConnection of(ServerRequest request) {
    return request.context().get(GuardedConnection.class).orElse(null);
  }

  /** Ends the longest silent of the connections that hold files open and have been so for long. */
  public void freeFile() {
    long before = System.nanoTime() - SILENT_NANOS;
    evict(connection -> connection.files().get() > 0 && connection.movedAt() - before < 0);
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
    loop.close();
    for (GuardedConnection connection : connections.values()) {
      close(connection.channel());
      connection.breakOff();
    }
    closing.forEach(GuardedConnection::breakOff);
  }

  private void accept(SocketChannel channel) throws IOException {
    SocketAddress address = channel.getRemoteAddress();
    if (address == null) {
      throw new ClosedChannelException();
    }
    var newcomer = new GuardedConnection(channel, System.nanoTime());
    connections.put(address, newcomer);
    // After the put, so that a connection slips through neither here nor in setRefusing.
    if (isRefusing || closed.getCount() == 0) {
      reset(channel);
      throw new ClosedChannelException();
    }
    makeRoomFor(newcomer);
    spare.await(() -> evict(other -> other != newcomer));
  }

  /** The listener waits too: who keeps coming is slowed down before it shuts out others. */
  private void makeRoomFor(GuardedConnection newcomer) {
    turns.newcomer(System.nanoTime());
    while (connections.size() > limits.connections()) {
      long now = System.nanoTime();
      connections.values().removeIf(connection -> isGone(connection, now));
      if (connections.size() <= limits.connections()) {
        return;
      }
      var first = firstToGo(other -> other != newcomer);
      if (first.isEmpty()) {
        return;
      }
      if (turns.hasHadIts(first.get().getValue(), now)) {
        evict(first.get());
      } else if (isClosedWithin(1)) {
        return;
      }
    }
    turns.madeRoom(System.nanoTime());
  }

  private boolean isClosedWithin(long millis) {
    try {
      return closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void evict(Predicate<GuardedConnection> among) {
    firstToGo(among).ifPresent(this::evict);
  }

  private Optional<Map.Entry<SocketAddress, GuardedConnection>> firstToGo(
      Predicate<GuardedConnection> among) {
    long unknown = connections.values().stream().filter(other -> !other.isKnown()).count();
    var firstToGo = unknown * UNKNOWN_SHARE < connections.size() ? SILENT_FIRST : UNKNOWN_FIRST;
    return connections.entrySet().stream()
        .filter(entry -> among.test(entry.getValue()))
        .min(Map.Entry.comparingByValue(firstToGo));
  }

  private void evict(Map.Entry<SocketAddress, GuardedConnection> entry) {
    connections.remove(entry.getKey(), entry.getValue());
    reset(entry.getValue().channel());
    closing.add(entry.getValue());
  }

  private void look() {
    long now = System.nanoTime();
    read.forEach(GuardedConnection::breakOff);
    read = drain(closing);
    connections.values().removeIf(connection -> isGone(connection, now));
  }

  private static List<GuardedConnection> drain(Queue<GuardedConnection> queue) {
    var drained = new ArrayList<GuardedConnection>();
    for (var next = queue.poll(); next != null; next = queue.poll()) {
      drained.add(next);
    }
    return drained;
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

  /**
   * A closed one is broken off only a whole look later, when all it sent is read: until then the
   * thread that reads it may wait for a handler to take what came, and must not wait for ever.
   */
  private boolean isClosed(GuardedConnection connection, long now) {
    if (!connection.channel().isOpen()) {
      closing.add(connection);
      return true;
    }
    if (connection.isOverdue(now, headNanos, bodyNanos)) {
      if (connection.isSending()) {
        reset(connection.channel());
      } else {
        close(connection.channel());
      }
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
}
