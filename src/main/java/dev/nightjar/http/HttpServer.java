package dev.nightjar.http;

import dev.nightjar.api.Access;
import dev.nightjar.api.accounts.Accounts;
import dev.nightjar.api.accounts.Estimates;
import dev.nightjar.api.batches.Batches;
import dev.nightjar.api.files.Files;
import dev.nightjar.api.files.Uploads;
import dev.nightjar.api.webhooks.Webhooks;
import dev.nightjar.http.access.AccessFilter;
import dev.nightjar.http.access.WebPageGuard;
import dev.nightjar.http.connection.Http1Selector;
import dev.nightjar.http.connection.Http2Selector;
import dev.nightjar.http.exchange.Endpoint;
import dev.nightjar.http.exchange.ErrorResponses;
import dev.nightjar.http.exchange.Exchange;
import dev.nightjar.http.exchange.Transfers;
import dev.nightjar.net.ConnectionGuard;
import dev.nightjar.store.NewIds;
import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The API on a port, HTTP/1.1 and HTTP/2, plainly or over TLS. Started once, stopped once. */
public final class HttpServer {
  private static final Duration GRACE = Duration.ofSeconds(5);

  /**
   * As many connections again may be closed already while their threads have yet to end: some are
   * at work for long, and a listener without a permit serves nobody.
   */
  private static final int PERMITS = 2;

  private final Listen listen;
  private final InetAddress address;
  private final Transfers transfers;
  private final WebServer server;

  /**
   * Where to listen, and what stands before the routes.
   *
   * @param port 0 for any free one
   * @param guard of the connections; null for none
   * @param tls null to speak plainly
   * @param names hosts' names that requests without a key may be for beside the usual ones
   */
  public record Listen(
      String host,
      int port,
      @Nullable ConnectionGuard guard,
      @Nullable Tls tls,
      Set<String> names) {
    public Listen {
      names = Set.copyOf(names);
    }

    /** Known by the usual names. */
    public Listen(String host, int port, @Nullable ConnectionGuard guard, @Nullable Tls tls) {
      this(host, port, guard, tls, Set.of());
    }
  }

  /**
   * What the routes answer with.
   *
   * @param models the upstream of each model
   * @param health whether the process lives and may be sent work
   * @param metrics the page for Prometheus
   * @param access who may ask
   */
  public record Services(
      Files files,
      Uploads uploads,
      Batches batches,
      Webhooks webhooks,
      Accounts accounts,
      Estimates estimates,
      Supplier<Map<String, String>> models,
      Health health,
      Supplier<String> metrics,
      NewIds ids,
      Access access) {}

  /** The port cannot be listened on; the message says why in a sentence. */
  public static final class HttpServerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    HttpServerException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  public HttpServer(Listen listen, Services services) {
    this.listen = listen;
    this.address = address(listen.host());
    ConnectionGuard guard = listen.guard();
    this.transfers = new Transfers(guard, Runtime.getRuntime().maxMemory());
    WebServerConfig.Builder config =
        WebServer.builder()
            .address(address)
            .port(listen.port())
            .useNio(false) // Which writes 8 KiB at a time: half as fast (bench/transfer).
            .shutdownHook(false)
            .shutdownGracePeriod(GRACE)
            .contentEncoding(
                ContentEncodingContext.builder().contentEncodingsDiscoverServices(false).build())
            .errorHandling(ErrorHandling.builder().includeEntity(true).build())
            .directHandlers(ErrorResponses.direct(services.ids()::newRequest))
            .connectionOptions(
                guard == null
                    ? SocketOptions.builder().tcpNoDelay(true).build()
                    : guard.socketOptions())
            .protocolsDiscoverServices(false)
            .addConnectionSelector(new Http2Selector(transfers.wideWindows()))
            .addConnectionSelector(new Http1Selector(Http2Selector.narrow()));
    if (guard != null && guard.limits().connections() < Integer.MAX_VALUE / PERMITS) {
      config.maxTcpConnections(guard.limits().connections() * PERMITS);
    }
    if (listen.tls() != null) {
      config.tls(listen.tls());
    }
    this.server = config.routing(routing(services)).build();
  }

  private HttpRouting.Builder routing(Services services) {
    HttpRouting.Builder routing = HttpRouting.builder();
    if (listen.guard() != null) {
      routing.addFilter(listen.guard().filter());
    }
    routing.addFilter(new Exchange(services.ids()));
    WebPageGuard pages =
        address.isLoopbackAddress() || services.access().isOpen()
            ? new WebPageGuard(address.isLoopbackAddress(), names())
            : null;
    routing.addFilter(new AccessFilter(services.access(), freePaths(), pages));
    new FileRoutes(services.files(), transfers).register(routing);
    new UploadRoutes(services.uploads(), transfers).register(routing);
    new BatchRoutes(services.batches(), transfers).register(routing);
    new WebhookRoutes(services.webhooks(), transfers).register(routing);
    new AccountRoutes(services.accounts(), services.estimates()).register(routing);
    new ModelRoutes(services.models()).register(routing);
    new HealthRoutes(services.health()).register(routing);
    new MetricsRoute(services.metrics()).register(routing);
    routing.any((request, _) -> {
      throw Endpoint.unknown(request);
    });
    return routing.error(Throwable.class, ErrorResponses::send);
  }

  private Set<String> names() {
    var names = new HashSet<>(listen.names());
    names.add(listen.host().toLowerCase(Locale.ROOT));
    return names;
  }

  /** The figures are for whoever is on this machine, or has a key. */
  private AccessFilter.FreePaths freePaths() {
    return new AccessFilter.FreePaths(
        Set.of(HealthRoutes.LIVE, HealthRoutes.READY),
        address.isLoopbackAddress() ? Set.of(MetricsRoute.PATH) : Set.of());
  }

  /** Begins to listen and returns the port. */
  public int start() {
    tryPort();
    server.start();
    return server.port();
  }

  /** Has the port asked from now on whether it answers. */
  public void startCheck(ListenerCheck check) {
    InetAddress reached = address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
    check.start(new InetSocketAddress(reached, server.port()), listen.tls() != null);
  }

  /** Takes no more requests, and waits some seconds for those under way. */
  public void stop() {
    server.stop();
  }

  /** The server itself would only say that it failed, in a log of its own. */
  private void tryPort() {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, listen.port()));
    } catch (IOException e) {
      throw new HttpServerException(
          "cannot listen on %s port %d: %s; is another server running there?"
              .formatted(listen.host(), listen.port(), e.getMessage()),
          e);
    }
  }

  private static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new HttpServerException("no address is known for the host '%s'".formatted(host), e);
    }
  }
}
