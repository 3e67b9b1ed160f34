package dev.nightjar.sim;

import dev.nightjar.config.SettingsException;
import dev.nightjar.net.ConnectionGuard;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;

/** A simulated inference server with OpenAI's API, which says in its answers that it is one. */
public final class SimServer implements AutoCloseable {
  private static final Duration HEAD_MAX = Duration.ofMinutes(5);
  private static final Duration BODY_MAX = Duration.ofMinutes(1);

  private final ConnectionGuard guard;
  private final SimCounters counters;
  private final WebServer server;

  private SimServer(SimOptions options) {
    guard = ConnectionGuard.start(HEAD_MAX, BODY_MAX);
    counters = new SimCounters(options.recordRequests());
    var handler = new SimHandler(options, guard, counters);
    server =
        WebServer.builder()
            .host(options.host())
            .port(options.port())
            .shutdownHook(false)
            .shutdownGracePeriod(Duration.ofMillis(1))
            .connectionOptions(guard.socketOptions())
            .addProtocol(Http1Config.builder().validateRequestHeaders(false).build())
            .routing(routing -> routing.addFilter(guard.filter()).any(handler::handle))
            .build();
  }

  /**
   * Starts to answer.
   *
   * @throws SettingsException if its address cannot be had
   */
  public static SimServer start(SimOptions options) {
    checkAddress(options);
    var sim = new SimServer(options);
    sim.server.start();
    if (!sim.server.isRunning()) {
      sim.close();
      throw cannotListen(options, "the server did not start");
    }
    return sim;
  }

  /** Helidon only logs that it could not bind, with a stack trace; so this is tried before. */
  private static void checkAddress(SimOptions options) {
    var address = new InetSocketAddress(options.host(), options.port());
    if (address.isUnresolved()) {
      throw cannotListen(options, "there is no such host");
    }
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
    } catch (IOException e) {
      throw cannotListen(options, String.valueOf(e.getMessage()));
    }
  }

  private static SettingsException cannotListen(SimOptions options, String why) {
    return new SettingsException(
        "cannot listen on %s:%d (%s); choose another address with --host and --port"
            .formatted(options.host(), options.port(), why));
  }

  public int port() {
    return server.port();
  }

  /** Its base URL on this machine, with {@code /v1}. */
  public String url() {
    return "http://127.0.0.1:" + port() + "/v1";
  }

  /** What requests came. */
  public SimCounters counters() {
    return counters;
  }

  /** While down, all connections are reset, present and new. */
  public void setDown(boolean down) {
    guard.setRefusing(down);
  }

  /** Ends all connections, answered or not. */
  @Override
  public void close() {
    guard.close();
    server.stop();
  }
}
