package dev.nightjar.sim;

import dev.nightjar.config.Settings.SettingsException;
import dev.nightjar.net.ConnectionGuard;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.net.BindException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** A simulated OpenAI-compatible inference server, over plain HTTP as any other. */
public final class SimServer implements AutoCloseable {
  private static final Duration IDLE = Duration.ofMinutes(5);

  private final WebServer server;
  private final ConnectionGuard guard;
  private final Counters counters;
  private final SimHandler handler;

  /** What it has seen. */
  static final class Counters {
    final LongAdder received = new LongAdder();
    final LongAdder answered = new LongAdder();
    final AtomicInteger inFlight = new AtomicInteger();
    final AtomicInteger peakInFlight = new AtomicInteger();
    final Map<String, Integer> seen = new ConcurrentHashMap<>();
  }

  private SimServer(SimOptions options) {
    this.guard = new ConnectionGuard(IDLE, IDLE, System::nanoTime);
    this.counters = new Counters();
    this.handler = new SimHandler(options, guard, counters);
    this.server =
        WebServer.builder()
            .host(options.host())
            .port(options.port())
            .connectionOptions(guard)
            .shutdownHook(false)
            .shutdownGracePeriod(Duration.ofMillis(100))
            .routing(this::route)
            .build();
  }

  public static SimServer start(SimOptions options) {
    var sim = new SimServer(options);
    try {
      sim.server.start();
      return sim;
    } catch (RuntimeException e) {
      sim.guard.close();
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof BindException) {
          throw new SettingsException(
              "port %d of %s is taken; choose another with --port"
                  .formatted(options.port(), options.host()));
        }
      }
      throw e;
    }
  }

  private void route(HttpRouting.Builder routing) {
    routing.addFilter(guard);
    routing.any(handler);
  }

  public int port() {
    return server.port();
  }

  /** Its base URL, with {@code /v1}. */
  public String url() {
    return "http://127.0.0.1:" + port() + "/v1";
  }

  /** True: every connection is reset, as if nothing ran here. */
  public void setDown(boolean isDown) {
    handler.setDown(isDown);
    if (isDown) {
      guard.resetAll();
    }
  }

  /** Calls that arrived. */
  public long received() {
    return counters.received.sum();
  }

  /** Calls that got a whole answer. */
  public long answered() {
    return counters.answered.sum();
  }

  public int peakInFlight() {
    return counters.peakInFlight.get();
  }

  /** How often each X-Request-Id arrived, if it records them. */
  public Map<String, Integer> seen() {
    return Map.copyOf(counters.seen);
  }

  @Override
  public void close() {
    guard.resetAll();
    server.stop();
    guard.close();
  }
}
