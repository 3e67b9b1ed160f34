package dev.nightjar.webhook;

import static dev.nightjar.testing.ScriptedServer.always;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.store.WebhookDelivery.State;
import dev.nightjar.store.WebhookEndpoint;
import dev.nightjar.testing.Certificates;
import dev.nightjar.testing.ScriptedServer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks go to no address that they may not reach, whatever a name means and when. */
class TargetsTest {
  @TempDir private Path folder;
  private DeliveryFixture world;

  @BeforeEach
  void start() {
    world = new DeliveryFixture(folder);
  }

  @AfterEach
  void stop() throws Exception {
    world.close();
  }

  @Test
  void privateAddressIsRefusedAtDelivery() throws Exception {
    world.deliverer.close();
    world.allowed.set(AllowList.NONE);
    world.startDeliverer();
    ScriptedServer receiver = world.receiver(always(DeliveryFixture.OK));
    WebhookEndpoint endpoint = world.endpoint(receiver);

    world.endBatch();

    assertThat(world.awaitAttempts(endpoint, 1).lastError())
        .contains("webhooks.allow_private")
        .doesNotContain("address 127");
    assertThat(receiver.connections()).isZero();
  }

  @Test
  void nameThatMeansAPrivateAddressLaterIsNotReached() throws Exception {
    ScriptedServer receiver = world.receiver(always(DeliveryFixture.OK));
    var lookups = new AtomicInteger();
    // The first address stands for a public one: it is world.allowed, and nobody listens there.
    world.allowed.set(AllowList.parse(List.of("127.0.0.2")));
    world.resolver.set((_, _) ->
        List.of(
            InetAddress.ofLiteral(lookups.getAndIncrement() % 2 == 0 ? "127.0.0.2" : "127.0.0.1")));
    world.deliverer.close();
    world.startDeliverer();
    WebhookEndpoint endpoint =
        world.create(
            "whe_a",
            "http://rebinding.example:%d/".formatted(receiver.url("http", "").getPort()),
            DeliveryFixture.secrets(DeliveryFixture.SECRET));

    world.endBatch();
    assertThat(world.awaitAttempts(endpoint, 1).lastError()).startsWith("no connection: ");
    assertThat(lookups.get()).as("looked up once for the check and the connection").isEqualTo(1);
    world.advance(Duration.ofSeconds(6));
    assertThat(world.awaitAttempts(endpoint, 2).lastError()).contains("not public");

    assertThat(receiver.connections()).isZero();
  }

  @Test
  void onePrivateAddressAmongOthersRefusesTheHost() throws Exception {
    ScriptedServer receiver = world.receiver(always(DeliveryFixture.OK));
    world.allowed.set(AllowList.parse(List.of("127.0.0.1")));
    world.resolver.set((_, _) ->
        List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("169.254.169.254")));
    WebhookEndpoint endpoint =
        world.create(
            "whe_a",
            receiver.url("http", "/").toString(),
            DeliveryFixture.secrets(DeliveryFixture.SECRET));

    world.endBatch();

    assertThat(world.awaitAttempts(endpoint, 1).lastError()).contains("not public");
    assertThat(receiver.connections()).isZero();
  }

  @Test
  void certificateMustBeOfTheNameThoughTheConnectionGoesToAnAddress() throws Exception {
    var tls = Certificates.context(Certificates.make("EC", "dns:hooks.example"));
    ScriptedServer receiver = world.secureReceiver(tls, always(DeliveryFixture.OK));
    world.resolver.set((_, _) -> List.of(InetAddress.ofLiteral("127.0.0.1")));
    world.deliverer.close();
    world.startDeliverer(tls);
    int port = receiver.url("https", "").getPort();
    WebhookEndpoint named = create("whe_named", "https://hooks.example:%d/".formatted(port));
    WebhookEndpoint other = create("whe_other", "https://other.example:%d/".formatted(port));

    world.endBatch();

    world.awaitState(named, State.DELIVERED);
    assertThat(world.awaitAttempts(other, 1).lastError()).startsWith("TLS failed: ");
    assertThat(receiver.received()).hasSize(1);
  }

  private WebhookEndpoint create(String id, String url) {
    return world.create(id, url, DeliveryFixture.secrets(DeliveryFixture.SECRET));
  }

  @Test
  void unknownHostIsTriedAgain() throws Exception {
    world.resolver.set((_, host) -> {
      throw new UnknownHostException(host);
    });
    WebhookEndpoint endpoint =
        world.create(
            "whe_a", "https://nobody.example/", DeliveryFixture.secrets(DeliveryFixture.SECRET));

    world.endBatch();

    assertThat(world.awaitAttempts(endpoint, 1).lastError()).isEqualTo("unknown host");
  }
}
