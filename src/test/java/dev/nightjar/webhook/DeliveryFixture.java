package dev.nightjar.webhook;

import static dev.nightjar.testing.ScriptedServer.playing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.batch.Batch;
import dev.nightjar.store.Samples;
import dev.nightjar.store.Stores;
import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookDelivery.State;
import dev.nightjar.store.WebhookEndpoint;
import dev.nightjar.store.WebhookEndpoint.Secrets;
import dev.nightjar.store.WebhookStore.NewEndpoint;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Script;
import dev.nightjar.testing.TestClocks;
import dev.nightjar.testing.TestStores;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/** A store, a deliverer with time driven by hand, and receivers. */
final class DeliveryFixture implements AutoCloseable {
  static final String SECRET = "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=";
  static final String OK = answer("200 OK", "");

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Duration SOON = Duration.ofMillis(300);
  private static final List<String> FAILED = List.of("batch.failed");

  final AtomicReference<Instant> now = new AtomicReference<>(Samples.NOW);
  final AtomicReference<AllowList> allowed =
      new AtomicReference<>(AllowList.parse(List.of("127.0.0.1")));
  final AtomicReference<Resolver> resolver =
      new AtomicReference<>((_, host) -> List.of(InetAddress.ofLiteral(host)));
  Stores stores;
  Deliverer deliverer;
  private final Path database;
  private final List<ScriptedServer> servers = new ArrayList<>();
  private int batches;

  DeliveryFixture(Path folder) {
    this.database = folder.resolve("meta.db");
    this.stores = TestStores.open(database, now::get);
    this.deliverer = start(LIMIT);
  }

  void reopen() {
    stores.close();
    stores = TestStores.open(database, now::get);
  }

  void startDeliverer() {
    deliverer = start(LIMIT);
  }

  /** Instead of the one that is there: it soon gives up on who does not answer. */
  void startImpatientDeliverer() {
    deliverer.close();
    deliverer = start(SOON);
  }

  /** Calls receivers over TLS from now on, trusting what {@code context} does. */
  void startDeliverer(SSLContext context) {
    deliverer = start(LIMIT, context.getSocketFactory());
  }

  private Deliverer start(Duration limit) {
    return start(limit, (SSLSocketFactory) SSLSocketFactory.getDefault());
  }

  private Deliverer start(Duration limit, SSLSocketFactory tls) {
    var targets =
        new Targets((project, host) -> resolver.get().resolve(project, host), allowed.get());
    var sender = new Sender(targets, tls, now::get, "Nightjar/test", limit);
    var started =
        new Deliverer(
            stores.webhooks(), sender, TestClocks.settled(now::get), new Random(1), Flights.MAX);
    started.start();
    return started;
  }

  @Override
  public void close() throws IOException {
    deliverer.close();
    stores.close();
    for (ScriptedServer server : servers) {
      server.close();
    }
  }

  static Secrets secrets(String secret) {
    return new Secrets(secret, null, null);
  }

  static String answer(String status, String headers) {
    return "HTTP/1.1 %s\r\n%sContent-Length: 0\r\n\r\n".formatted(status, headers);
  }

  ScriptedServer secureReceiver(SSLContext context, Script... scripts) throws Exception {
    ScriptedServer server = ScriptedServer.playingOver(context.getServerSocketFactory(), scripts);
    servers.add(server);
    return server;
  }

  ScriptedServer receiver(Script... scripts) throws Exception {
    ScriptedServer server = playing(scripts);
    servers.add(server);
    return server;
  }

  WebhookEndpoint endpoint(ScriptedServer receiver) {
    return create("whe_a", receiver.url("http", "/hook?a=b").toString(), secrets(SECRET));
  }

  WebhookEndpoint create(String id, String url, Secrets secrets) {
    return create(Samples.PROJECT, id, url, secrets);
  }

  WebhookEndpoint create(String project, String id, String url, Secrets secrets) {
    var endpoint = new NewEndpoint(id, project, "name", url, FAILED, secrets.current());
    assertThat(stores.webhooks().createWebhookEndpoint(endpoint, Integer.MAX_VALUE)).isPresent();
    return stores
        .webhooks()
        .changeWebhookEndpoint(project, id, (made, at) -> made.withSecrets(secrets, at))
        .orElseThrow();
  }

  void endBatch() {
    Batch batch = Samples.validating(stores, "batch_" + batches++);
    stores.batches().fail(batch.sequence(), List.of());
    deliverer.wake();
  }

  void advance(Duration time) {
    now.updateAndGet(before -> before.plus(time));
    deliverer.wake();
  }

  WebhookDelivery last(WebhookEndpoint endpoint) {
    return stores.webhooks().webhookDeliveries(endpoint, null, 1).getFirst();
  }

  WebhookDelivery awaitState(WebhookEndpoint endpoint, State state) {
    awaitThat(() -> last(endpoint).state() == state);
    return last(endpoint);
  }

  WebhookDelivery awaitAttempts(WebhookEndpoint endpoint, int attempts) {
    awaitThat(() -> last(endpoint).attempts() >= attempts);
    return last(endpoint);
  }

  static void awaitThat(BooleanSupplier condition) {
    long limit = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(limit);
      LockSupport.parkNanos(2_000_000L);
    }
  }
}
