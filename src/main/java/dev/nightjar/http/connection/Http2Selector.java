package dev.nightjar.http.connection;

import dev.nightjar.http.connection.BoundedReader.Place;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2Connection;
import io.helidon.webserver.http2.Http2ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Takes connections of HTTP/2. As many bytes as a window allows may wait in memory for a handler,
 * on each connection: only some have one that is wide enough for a fast upload.
 */
public final class Http2Selector implements ServerConnectionSelector {
  /** The JDK's client fails what would be one more. */
  private static final int STREAMS_MAX = 256;

  /**
   * Helidon goes by the clock of the day, which may jump: the guard ends who waits for a window.
   */
  private static final Duration FLOW_TIMEOUT = Duration.ofDays(1);

  private static final int WIDE = 1 << 20;
  private static final int NARROW = 64 * 1024;

  private final Semaphore wide;
  private final Http2ConnectionSelector forWide;
  private final Http2ConnectionSelector forNarrow;

  /**
   * Begins without any connection.
   *
   * @param wideMax how many may have a wide window at once
   */
  public Http2Selector(int wideMax) {
    wide = new Semaphore(wideMax);
    forWide = selector(config(WIDE));
    forNarrow = selector(config(NARROW));
  }

  /** For connections that have no wide one: those that began as HTTP/1.1. */
  public static Http2Config narrow() {
    return config(NARROW);
  }

  private static Http2Config config(int windowBytes) {
    return Http2Config.builder()
        .maxConcurrentStreams(STREAMS_MAX)
        .initialWindowSize(windowBytes)
        .flowControlTimeout(FLOW_TIMEOUT)
        .build();
  }

  private static Http2ConnectionSelector selector(Http2Config config) {
    return Http2ConnectionSelector.builder().http2Config(config).build();
  }

  @Override
  public int bytesToIdentifyConnection() {
    return forNarrow.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData begin) {
    return forNarrow.supports(begin);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return forNarrow.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    BoundedContext bounded = BoundedContext.of(context);
    bounded.dataReader().setPlace(Place.HTTP2);
    if (!wide.tryAcquire()) {
      return forNarrow.connection(bounded);
    }
    return new WideConnection((Http2Connection) forWide.connection(bounded), wide);
  }

  /** Gives its permit back at its end. */
  private record WideConnection(Http2Connection connection, Semaphore wide)
      implements ServerConnection, InterruptableTask<Void> {
    @Override
    public void handle(Limit limit) throws InterruptedException {
      try {
        connection.handle(limit);
      } finally {
        wide.release();
      }
    }

    @Override
    public Duration idleTime() {
      return connection.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
      connection.close(interrupt);
    }

    @Override
    public boolean canInterrupt() {
      return connection.canInterrupt();
    }
  }
}
