package dev.nightjar;

import static java.util.Objects.requireNonNullElse;

import dev.nightjar.Pulse.Part;
import dev.nightjar.api.Access;
import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.ApiStores;
import dev.nightjar.api.accounts.Accounts;
import dev.nightjar.api.accounts.Estimates;
import dev.nightjar.api.batches.Batches;
import dev.nightjar.api.files.Files;
import dev.nightjar.api.files.Uploads;
import dev.nightjar.api.webhooks.Webhooks;
import dev.nightjar.config.BoundSettings;
import dev.nightjar.config.InputSettings.InputRules;
import dev.nightjar.config.KeyExposure;
import dev.nightjar.config.ListenerSettings;
import dev.nightjar.config.ListenerSettings.TlsSettings;
import dev.nightjar.config.MaskedUrl;
import dev.nightjar.config.Settings;
import dev.nightjar.config.SettingsException;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.engine.BatchEngine;
import dev.nightjar.engine.BatchEvents.BatchEvent;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.http.Health;
import dev.nightjar.http.HttpServer;
import dev.nightjar.http.HttpServer.Listen;
import dev.nightjar.http.HttpServer.Services;
import dev.nightjar.http.ListenerCheck;
import dev.nightjar.http.connection.TlsFiles;
import dev.nightjar.metrics.MetricsPage;
import dev.nightjar.net.Capacity;
import dev.nightjar.net.ConnectionGuard;
import dev.nightjar.process.Loop;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.Sweeper;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.Upstream.Probe;
import dev.nightjar.validation.Expectations;
import dev.nightjar.validation.InputLimits;
import dev.nightjar.webhook.AllowList;
import dev.nightjar.webhook.Deliverer;
import dev.nightjar.webhook.Sender;
import dev.nightjar.webhook.SystemResolver;
import dev.nightjar.webhook.Targets;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code nightjar serve}: a node and the HTTP API before it. */
final class Server implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Server.class.getName());
  private static final long OPENAI_LINES_MAX = 50_000;
  private static final Duration IDLE_CONNECTION = Duration.ofSeconds(75);
  private static final Duration STALLED_BODY = Duration.ofSeconds(60);
  private static final int UNREADY_SECONDS = 10;
  private static final int DEAD_SECONDS = 30;
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

  private final Settings settings;
  private final LocalEngine node;
  private final Sweeper sweeper;
  private final Targets webhookTargets;
  private final Sender webhookSender;
  private final Deliverer webhooks;
  private final MetricsPage metrics;
  private final ConnectionGuard guard;
  private final HttpServer http;
  private final int port;
  private final ListenerCheck listener = new ListenerCheck(ProcessEnd::now);
  private final Pulse pulse;
  private final @Nullable Loop renewal;
  private volatile boolean isStopping;

  private Server(Settings settings, Capacity capacity, LocalEngine node, @Nullable TlsFiles tls) {
    this.settings = settings;
    this.node = node;
    this.sweeper = new Sweeper(node.stores(), node.objects(), node.clock());
    this.webhookTargets = new Targets(new SystemResolver(), allowList(settings));
    this.webhookSender =
        new Sender(
            webhookTargets,
            settings.webhooks().tls().context().getSocketFactory(),
            InstantSource.system(), // Receivers compare signatures with their own clocks.
            userAgent());
    this.webhooks =
        new Deliverer(
            node.stores().webhooks(),
            webhookSender,
            node.clock(),
            new SecureRandom(),
            capacity.deliveries());
    this.metrics = metrics(settings, node, webhooks.figures());
    this.guard = guard(capacity);
    ListenerSettings at = settings.listener();
    this.http =
        new HttpServer(
            new Listen(
                at.host(), at.port(), guard, tls == null ? null : tls.tls(), at.doors().names()),
            services());
    this.pulse =
        new Pulse(
            List.of(
                new Part("the engine", node.engine()::engineTurns),
                new Part("the committer", node.engine()::committerTurns),
                new Part("the listener", listener::answers)));
    this.renewal = tls == null ? null : tls.renewal();
    this.port = http.start();
    http.startCheck(listener);
  }

  /** Opens everything, goes on with unfinished batches, and listens. */
  static Server start(Settings settings) {
    boolean isLocal = isLoopback(settings.listener().host());
    TlsFiles tls = tls(settings);
    Capacity capacity = capacity(settings);
    List<UpstreamSettings> upstreams = fitting(settings.upstreams(), capacity.calls());
    LocalEngine node = LocalEngine.open(settings.data(), upstreams, limits(settings));
    try {
      if (!isLocal && !settings.listener().doors().isOpen() && !node.stores().keys().hasKeys()) {
        throw unprotected(settings);
      }
      var server = new Server(settings, capacity, node, tls);
      node.engine().batchEvents().join(server::wakeWebhooks);
      node.engine().batchEvents().join(new BatchLog());
      node.engine().start();
      server.sweeper.start();
      server.webhooks.start();
      server.pulse.start();
      if (server.renewal != null) {
        server.renewal.start();
      }
      server.checkUpstreams();
      return server;
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private void wakeWebhooks(BatchEvent event) {
    switch (event) {
      case BatchEvent.Changed changed when changed.isEnd() -> webhooks.wake();
      case BatchEvent.Changed _ -> {} // Nobody is told of these.
    }
  }

  private static Capacity capacity(Settings settings) {
    Capacity capacity = Capacity.of(calls(settings.upstreams()));
    capacity.warning().ifPresent(text -> LOG.log(System.Logger.Level.WARNING, text));
    return capacity;
  }

  private static int calls(List<UpstreamSettings> upstreams) {
    return Math.toIntExact(
        Math.min(
            Integer.MAX_VALUE, upstreams.stream().mapToLong(UpstreamSettings::maxInFlight).sum()));
  }

  /** Each in proportion, so that all together make no more calls at once than that. */
  private static List<UpstreamSettings> fitting(List<UpstreamSettings> upstreams, int calls) {
    long asked = calls(upstreams);
    return asked <= calls
        ? upstreams
        : upstreams.stream()
            .map(one ->
                one.withMaxInFlight(
                    Math.toIntExact(Math.max(1, one.maxInFlight() * (long) calls / asked))))
            .toList();
  }

  private static ConnectionGuard guard(Capacity capacity) {
    return ConnectionGuard.start(
        new ConnectionGuard.Limits(
            IDLE_CONNECTION,
            STALLED_BODY,
            capacity.connections(),
            capacity.streams(),
            capacity.files()));
  }

  private static @Nullable TlsFiles tls(Settings settings) {
    TlsSettings files = settings.listener().tls();
    return files == null ? null : TlsFiles.of(files);
  }

  private static SettingsException unprotected(Settings settings) {
    return new SettingsException(
        "%s can be reached from outside, and there is no key yet, so that whoever reaches it could use"
                .formatted(settings.listener().host())
            + " it: make one with `nightjar keys create --data %s`, or say --open if you want that"
                .formatted(settings.data()));
  }

  private static AllowList allowList(Settings settings) {
    try {
      return AllowList.parse(settings.webhooks().allowPrivate());
    } catch (IllegalArgumentException e) {
      throw new SettingsException("webhooks.allow_private: " + e.getMessage());
    }
  }

  private static String userAgent() {
    String version = Server.class.getPackage().getImplementationVersion();
    return "Nightjar/" + (version == null ? "development" : version);
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException _) {
      throw new SettingsException("host '%s' is unknown".formatted(host));
    }
  }

  private static LocalEngine.Limits limits(Settings settings) {
    var engine =
        EngineLimits.defaults()
            .withRequestTimeout(settings.calls().requestTimeout())
            .withStopGrace(settings.calls().stopGrace())
            .withControlCalls(settings.calls().areControlled())
            .withBounds(bounds(settings.bounds()));
    var ours = InputLimits.DEFAULTS;
    long lines = settings.input().rules() == InputRules.OPENAI ? OPENAI_LINES_MAX : ours.linesMax();
    var input = new InputLimits(lines, ours.lineBytesMax(), settings.input().mixedModels());
    return new LocalEngine.Limits(
        new BatchEngine.Limits(engine, input, settings.terms(), settings.storage().life()),
        settings.bounds().diskFreeMin());
  }

  private static EngineLimits.Bounds bounds(BoundSettings set) {
    var ours = EngineLimits.Bounds.defaults();
    return new EngineLimits.Bounds(
        requireNonNullElse(set.requestBytesMax(), ours.requestBytes()),
        requireNonNullElse(set.unappendedBytesMax(), ours.unappendedBytes()),
        ours.answerBytes(),
        requireNonNullElse(set.unsealedBytesMax(), ours.unsealedBytes()),
        requireNonNullElse(set.openChunksMax(), ours.openChunks()),
        requireNonNullElse(set.validationBytesMax(), ours.validationBytes()));
  }

  private static MetricsPage metrics(
      Settings settings, LocalEngine node, Deliverer.Figures webhooks) {
    return new MetricsPage(
        new MetricsPage.Sources(
            node.clock(),
            node.engine(),
            node.upstreams().stream().map(Upstream::name).toList(),
            bounds(settings.bounds()),
            node.stores().batches(),
            node.objects(),
            node.tier().disk(),
            node.tier().log(),
            webhooks,
            Logging.FAULTS::total));
  }

  private Services services() {
    var ids = new NewIds(new SecureRandom());
    var stores =
        new ApiStores(node.stores(), node.objects(), node.tier().disk(), ids, node.clock());
    ApiLimits base =
        settings.input().rules() == InputRules.OPENAI ? ApiLimits.OPENAI : ApiLimits.DEFAULT;
    var limits =
        new ApiLimits(
            base.fileBytesMax(),
            base.jsonBytesMax(),
            new HashSet<>(settings.input().endpoints()),
            settings.storage().life(),
            requireNonNullElse(settings.storage().bytesMax(), Long.MAX_VALUE));
    var accounts = new Accounts(node.stores().ledger(), settings.terms(), node.clock());
    var files = new Files(stores, limits);
    var expectations = new Expectations(settings.terms(), node.stores().ledger());
    return new Services(
        files,
        new Uploads(stores, limits),
        new Batches(stores, node.engine(), limits, accounts),
        new Webhooks(
            stores, limits, new Webhooks.Outbound(webhookTargets, webhookSender, webhooks::wake)),
        accounts,
        new Estimates(files, expectations, node.engine().longLines()),
        () -> node.engine().models().models(),
        health(),
        metrics::scrape,
        ids,
        new Access(node.stores().keys(), settings.listener().doors().isOpen(), System::nanoTime));
  }

  private Health health() {
    return new Health(
        List.of(() -> pulse.silentFor(DEAD_SECONDS)),
        List.of(this::stopping, node::problem, () -> pulse.silentFor(UNREADY_SECONDS)));
  }

  private Optional<String> stopping() {
    return isStopping ? Optional.of("the server is stopping") : Optional.empty();
  }

  /** An upstream that is down is no reason not to start: its batches wait. But say so at once. */
  private void checkUpstreams() {
    for (int i = 0; i < node.upstreams().size(); i++) {
      Upstream upstream = node.upstreams().get(i);
      UpstreamSettings set = settings.upstreams().get(i);
      Thread.ofVirtual()
          .start(() -> {
            KeyExposure.warning(set).ifPresent(said -> LOG.log(Level.WARNING, said));
            if (upstream.probe(PROBE_TIMEOUT) instanceof Probe.Dead(String reason, _)) {
              LOG.log(
                  Level.WARNING,
                  "%s (%s); its batches wait".formatted(reason, MaskedUrl.of(set.url())));
            }
          });
    }
  }

  int port() {
    return port;
  }

  BatchEngine engine() {
    return node.engine();
  }

  /** Sends nothing more, lets calls in flight end, then stops listening and closes the stores. */
  void stop() {
    isStopping = true;
    if (!node.engine().drain(settings.calls().drain())) {
      LOG.log(Level.WARNING, "calls were still in flight; they are made again");
    }
    close();
  }

  @Override
  public void close() {
    if (renewal != null) {
      renewal.close();
    }
    listener.close();
    pulse.close();
    http.stop();
    guard.close();
    sweeper.close();
    webhooks.close();
    node.close();
  }
}
