package dev.nightjar.webhook;

import static dev.nightjar.testing.ScriptedServer.always;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.store.Samples;
import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookDelivery.State;
import dev.nightjar.store.WebhookEndpoint;
import dev.nightjar.store.WebhookEndpoint.Secrets;
import dev.nightjar.testing.DeadPort;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Received;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries from a real store to real receivers, with time driven by hand. */
class DelivererTest {
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
  void deliveryIsOneSignedRequest() throws Exception {
    ScriptedServer receiver = world.receiver(always(DeliveryFixture.OK));
    WebhookEndpoint endpoint = world.endpoint(receiver);

    world.endBatch();

    WebhookDelivery delivered = world.awaitState(endpoint, State.DELIVERED);
    Received request = receiver.received().getFirst();
    assertThat(request.body())
        .isEqualTo(
            "{\"id\":\"%s\",\"object\":\"event\",\"created_at\":%d,\"type\":\"batch.failed\",\"data\":{\"id\":\"batch_0\"}}"
                .formatted(delivered.eventId(), Samples.NOW.getEpochSecond()));
    assertThat(request.head()).startsWith("POST /hook?a=b HTTP/1.1\r\n");
    assertThat(request.headers())
        .containsEntry("host", receiver.url("http", "").getAuthority())
        .containsEntry("user-agent", "Nightjar/test")
        .containsEntry("content-type", "application/json")
        .containsEntry("webhook-id", delivered.id())
        .containsEntry("webhook-timestamp", "" + Samples.NOW.getEpochSecond());
    assertThat(request.headers().get("webhook-signature")).matches("v1,[A-Za-z0-9+/]{43}=");
    assertThat(delivered.attempts()).isEqualTo(1);
    assertThat(delivered.lastStatus()).isEqualTo(200);
    DeliveryFixture.awaitThat(() -> world.deliverer.figures().delivered() == 1);
  }

  @Test
  void receiverThatFailsAndThenWorksGetsTheSameIdWithAFreshSignature() throws Exception {
    ScriptedServer receiver =
        world.receiver(
            always(DeliveryFixture.answer("500 Oops", "")),
            always(DeliveryFixture.answer("404 No", "")),
            always(DeliveryFixture.OK));
    WebhookEndpoint endpoint = world.endpoint(receiver);

    world.endBatch();
    world.awaitAttempts(endpoint, 1);
    world.advance(Duration.ofSeconds(6));
    world.awaitAttempts(endpoint, 2);
    world.advance(Duration.ofMinutes(6));
    world.awaitState(endpoint, State.DELIVERED);

    List<Map<String, String>> tries = receiver.received().stream().map(Received::headers).toList();
    assertThat(tries).hasSize(3);
    assertThat(tries)
        .extracting(headers -> headers.get("webhook-id"))
        .containsOnly(world.last(endpoint).id());
    assertThat(tries)
        .extracting(headers -> Long.parseLong(headers.get("webhook-timestamp")))
        .containsExactly(
            Samples.NOW.getEpochSecond(),
            Samples.NOW.plusSeconds(6).getEpochSecond(),
            Samples.NOW.plusSeconds(366).getEpochSecond());
    assertThat(tries)
        .extracting(headers -> headers.get("webhook-signature"))
        .doesNotHaveDuplicates();
    assertThat(receiver.received())
        .extracting(Received::body)
        .containsOnly(receiver.received().getFirst().body());
    assertThat(world.deliverer.figures().retried()).isEqualTo(2);
  }

  @Tag("K3")
  @Test
  void deliveryIsTriedAtOnceWhenTheClockWasSetBack() throws Exception {
    ScriptedServer receiver =
        world.receiver(always(DeliveryFixture.answer("500 Oops", "")), always(DeliveryFixture.OK));
    WebhookEndpoint endpoint = world.endpoint(receiver);
    world.endBatch();
    world.awaitAttempts(endpoint, 1);

    world.advance(Duration.ofDays(-40));

    world.awaitState(endpoint, State.DELIVERED);
  }

  @Test
  void receiverThatHangsIsGivenUpOnAndTriedAgain() throws Exception {
    world.startImpatientDeliverer();
    ScriptedServer receiver =
        world.receiver(
            peer -> {
              var _ = peer.readRequest();
              peer.awaitClose();
            },
            peer -> {
              var _ = peer.readRequest();
              while (true) { // One byte after the other keeps the connection busy, and no answer
                // comes.
                peer.send("HTTP/1.1 100 Continue\r\nx: ");
                for (int i = 0; i < 1_000; i++) {
                  peer.send("x");
                  LockSupport.parkNanos(5_000_000L);
                }
              }
            },
            always(DeliveryFixture.OK));
    WebhookEndpoint endpoint = world.endpoint(receiver);

    world.endBatch();
    assertThat(world.awaitAttempts(endpoint, 1).lastError()).startsWith("no answer within");
    world.advance(Duration.ofSeconds(6));
    assertThat(world.awaitAttempts(endpoint, 2).lastError()).startsWith("no answer within");
    world.advance(Duration.ofMinutes(6));

    world.awaitState(endpoint, State.DELIVERED);
  }

  @Test
  void redirectIsAFailureAndNotFollowed() throws Exception {
    ScriptedServer other = world.receiver(always(DeliveryFixture.OK));
    ScriptedServer receiver =
        world.receiver(
            always(
                DeliveryFixture.answer(
                    "302 Found", "Location: " + other.url("http", "/") + "\r\n")));
    WebhookEndpoint endpoint = world.endpoint(receiver);

    world.endBatch();

    WebhookDelivery failed = world.awaitAttempts(endpoint, 1);
    assertThat(failed.state()).isEqualTo(State.PENDING);
    assertThat(failed.lastStatus()).isEqualTo(302);
    assertThat(failed.lastError()).contains("redirects are not followed");
    assertThat(other.connections()).isZero();
  }

  @Test
  void goneDisablesTheEndpoint() throws Exception {
    ScriptedServer receiver = world.receiver(always(DeliveryFixture.answer("410 Gone", "")));
    WebhookEndpoint endpoint = world.endpoint(receiver);

    world.endBatch();
    world.awaitState(endpoint, State.FAILED);
    world.endBatch();
    world.advance(Duration.ofHours(1));

    assertThat(
            world
                .stores
                .webhooks()
                .webhookEndpoint(Samples.PROJECT, "whe_a")
                .orElseThrow()
                .disabledReason())
        .contains("410");
    assertThat(world.stores.webhooks().webhookDeliveries(endpoint, null, 10)).hasSize(1);
    assertThat(receiver.connections()).isEqualTo(1);
  }

  @Test
  void retryAfterIsHeld() throws Exception {
    ScriptedServer receiver =
        world.receiver(
            always(DeliveryFixture.answer("503 Busy", "Retry-After: 120\r\n")),
            always(DeliveryFixture.OK));
    WebhookEndpoint endpoint = world.endpoint(receiver);

    world.endBatch();
    WebhookDelivery waiting = world.awaitAttempts(endpoint, 1);
    assertThat(waiting.nextAt()).isEqualTo(Samples.NOW.plusSeconds(120));
    world.advance(Duration.ofMinutes(2));

    world.awaitState(endpoint, State.DELIVERED);
  }

  @Test
  void answerOfAnyLengthIsOneOfItsStatus() throws Exception {
    ScriptedServer receiver =
        world.receiver(peer -> {
          var _ = peer.readRequest();
          peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
          while (true) {
            peer.send("1000\r\n" + "x".repeat(0x1000) + "\r\n");
          }
        });
    WebhookEndpoint endpoint = world.endpoint(receiver);

    world.endBatch();

    assertThat(world.awaitState(endpoint, State.DELIVERED).attempts()).isEqualTo(1);
  }

  @Test
  void receiverThatIsDownOrTalksNonsenseIsTriedAgain() throws Exception {
    try (var nobody = new DeadPort()) {
      world.create("whe_down", nobody.url(), DeliveryFixture.secrets(DeliveryFixture.SECRET));
      ScriptedServer receiver = world.receiver(always("SSH-2.0-OpenSSH\r\n"));
      WebhookEndpoint endpoint = world.endpoint(receiver);

      world.endBatch();

      assertThat(world.awaitAttempts(endpoint, 1).lastError())
          .isEqualTo("it does not speak HTTP/1.1");
      WebhookEndpoint down =
          world.stores.webhooks().webhookEndpoint(Samples.PROJECT, "whe_down").orElseThrow();
      assertThat(world.awaitAttempts(down, 1).lastError()).startsWith("no connection: ");
    }
  }

  @Test
  void atMostTwoAtOnceGoToOneEndpointAndOthersDoNotWaitForIt() throws Exception {
    var release = new CountDownLatch(1);
    var atOnce = new AtomicInteger();
    var most = new AtomicInteger();
    ScriptedServer slow =
        world.receiver(peer -> {
          var _ = peer.readRequest();
          most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
          release.await();
          atOnce.decrementAndGet();
          peer.send(DeliveryFixture.OK);
        });
    ScriptedServer quick = world.receiver(always(DeliveryFixture.OK));
    for (int i = 0; i < 6; i++) {
      world.endBatch();
    }
    WebhookEndpoint slowEndpoint = world.endpoint(slow);
    for (int i = 0; i < 6; i++) {
      world.endBatch();
    }
    world.create(
        "whe_quick",
        quick.url("http", "/").toString(),
        DeliveryFixture.secrets(DeliveryFixture.SECRET));
    WebhookEndpoint quickEndpoint =
        world.stores.webhooks().webhookEndpoint(Samples.PROJECT, "whe_quick").orElseThrow();
    world.endBatch();

    world.awaitState(quickEndpoint, State.DELIVERED);
    DeliveryFixture.awaitThat(() -> slow.received().size() == Flights.PER_ENDPOINT_MAX);
    release.countDown();

    DeliveryFixture.awaitThat(() ->
        world.stores.webhooks().webhookDeliveries(slowEndpoint, null, 10).stream()
            .allMatch(delivery -> delivery.attempts() > 0));
    assertThat(most.get()).isEqualTo(Flights.PER_ENDPOINT_MAX);
  }

  @Test
  void twoSecretsSignWhileTheOldOneIsValid() throws Exception {
    ScriptedServer receiver = world.receiver(always(DeliveryFixture.OK));
    Instant until = Samples.NOW.plusSeconds(60);
    WebhookEndpoint endpoint =
        world.create(
            "whe_a",
            receiver.url("http", "/").toString(),
            new Secrets("whsec_bmV3", "whsec_b2xk", until));

    world.endBatch();
    world.awaitState(endpoint, State.DELIVERED);
    world.advance(Duration.ofMinutes(1));
    world.endBatch();
    DeliveryFixture.awaitThat(() -> receiver.received().size() == 2);

    assertThat(receiver.received().get(0).headers().get("webhook-signature"))
        .matches("v1,\\S+ v1,\\S+");
    assertThat(receiver.received().get(1).headers().get("webhook-signature")).matches("v1,\\S+");
  }

  @Test
  void deliveryThatWasDueWhenTheProcessDiedIsSentByTheNext() throws Exception {
    world.deliverer.close();
    ScriptedServer receiver = world.receiver(always(DeliveryFixture.OK));
    WebhookEndpoint endpoint = world.endpoint(receiver);
    world.endBatch();

    world.reopen();
    world.startDeliverer();

    world.awaitState(endpoint, State.DELIVERED);
  }

  @Test
  @Tag("server") // It waits for the grace that a stop gives.
  void tryThatIsCutOffByTheEndOfTheServerDoesNotCount() throws Exception {
    var reached = new CountDownLatch(1);
    ScriptedServer receiver =
        world.receiver(
            peer -> {
              var _ = peer.readRequest();
              reached.countDown();
              peer.awaitClose();
            },
            always(DeliveryFixture.OK));
    WebhookEndpoint endpoint = world.endpoint(receiver);
    world.endBatch();
    reached.await();

    world.deliverer.close();

    assertThat(world.last(endpoint).attempts()).isZero();
    world.startDeliverer();
    world.awaitState(endpoint, State.DELIVERED);
  }
}
