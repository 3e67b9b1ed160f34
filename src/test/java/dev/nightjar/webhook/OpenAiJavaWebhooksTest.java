package dev.nightjar.webhook;

import static dev.nightjar.testing.ScriptedServer.always;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.Headers;
import com.openai.errors.InvalidWebhookSignatureException;
import com.openai.models.webhooks.UnwrapWebhookEvent;
import com.openai.models.webhooks.WebhookVerificationParams;
import dev.nightjar.store.Samples;
import dev.nightjar.store.WebhookDelivery;
import dev.nightjar.store.WebhookDelivery.State;
import dev.nightjar.store.WebhookEndpoint.Secrets;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Received;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official Java client's own check of what a receiver gets. */
@Tag("server")
class OpenAiJavaWebhooksTest {
  private static final String OTHER = "whsec_b3RoZXI=";

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
  void everyTryOfADeliveryIsAcceptedWhenItComes() throws Exception {
    ScriptedServer receiver =
        world.receiver(
            always(DeliveryFixture.answer("500 Oops", "")),
            always(DeliveryFixture.answer("302 Found", "Location: /\r\n")),
            always(DeliveryFixture.answer("429 Slow down", "Retry-After: 7200\r\n")),
            always(DeliveryFixture.OK));
    var endpoint = world.endpoint(receiver);

    world.endBatch();
    for (int tries = 1; tries <= 4; tries++) {
      WebhookDelivery delivery = world.awaitAttempts(endpoint, tries);
      UnwrapWebhookEvent event = unwrap(last(receiver), DeliveryFixture.SECRET, world.now.get());
      assertThat(event.asBatchFailed().id()).isEqualTo(delivery.eventId());
      assertThat(event.asBatchFailed().data().id()).isEqualTo("batch_0");
      assertThat(event.asBatchFailed().createdAt()).isEqualTo(Samples.NOW.getEpochSecond());
      if (tries < 4) {
        world.advance(Duration.ofHours(3));
      }
    }

    assertThat(world.awaitState(endpoint, State.DELIVERED).attempts()).isEqualTo(4);
    assertThatThrownBy(
            () -> unwrap(receiver.received().getFirst(), DeliveryFixture.SECRET, world.now.get()))
        .as("the first try's headers, hours later")
        .isInstanceOf(InvalidWebhookSignatureException.class);
  }

  @Test
  void anotherSecretIsRefused() throws Exception {
    ScriptedServer receiver = world.receiver(always(DeliveryFixture.OK));
    var endpoint = world.endpoint(receiver);

    world.endBatch();
    world.awaitState(endpoint, State.DELIVERED);

    assertThatThrownBy(() -> unwrap(last(receiver), OTHER, world.now.get()))
        .isInstanceOf(InvalidWebhookSignatureException.class);
  }

  @Test
  void bothSecretsAreAcceptedDuringARotationAndThenTheNewOne() throws Exception {
    ScriptedServer receiver = world.receiver(always(DeliveryFixture.OK));
    Instant until = Samples.NOW.plus(Duration.ofDays(1));
    var endpoint =
        world.create(
            "whe_a",
            receiver.url("http", "/").toString(),
            new Secrets(DeliveryFixture.SECRET, OTHER, until));

    world.endBatch();
    world.awaitState(endpoint, State.DELIVERED);
    Received during = last(receiver);
    world.advance(Duration.ofDays(1));
    world.endBatch();
    DeliveryFixture.awaitThat(() -> receiver.received().size() == 2);
    Received after = last(receiver);

    assertThat(unwrap(during, DeliveryFixture.SECRET, Samples.NOW).isBatchFailed()).isTrue();
    assertThat(unwrap(during, OTHER, Samples.NOW).isBatchFailed()).isTrue();
    assertThat(unwrap(after, DeliveryFixture.SECRET, until).isBatchFailed()).isTrue();
    assertThatThrownBy(() -> unwrap(after, OTHER, until))
        .isInstanceOf(InvalidWebhookSignatureException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"batch.completed", "batch.failed", "batch.cancelled", "batch.expired"})
  void eachTypeIsAnEventThatTheClientKnows(String type) {
    var message = new Message("wh_a", "evt_a", type, "batch_a", Samples.NOW);
    var text = new String(message.body(), StandardCharsets.UTF_8);
    long seconds = Samples.NOW.getEpochSecond();
    var secrets = List.of(DeliveryFixture.SECRET);
    String head =
        "POST / HTTP/1.1\r\nwebhook-id: wh_a\r\nwebhook-timestamp: %d\r\nwebhook-signature: %s\r\n"
            .formatted(seconds, Signature.header(secrets, "wh_a", seconds, message.body()));

    var event = unwrap(new Received(head, text), DeliveryFixture.SECRET, Samples.NOW);

    String known =
        switch (type) {
          case "batch.completed" -> event.asBatchCompleted().data().id();
          case "batch.failed" -> event.asBatchFailed().data().id();
          case "batch.cancelled" -> event.asBatchCancelled().data().id();
          default -> event.asBatchExpired().data().id();
        };
    assertThat(known).isEqualTo("batch_a");
  }

  private static Received last(ScriptedServer receiver) {
    return receiver.received().getLast();
  }

  private static UnwrapWebhookEvent unwrap(Received request, String secret, Instant now) {
    var headers = Headers.builder();
    request.headers().forEach(headers::put);
    OpenAIClient client =
        OpenAIOkHttpClient.builder().apiKey("none").clock(Clock.fixed(now, ZoneOffset.UTC)).build();
    try {
      return client
          .webhooks()
          .unwrap(
              WebhookVerificationParams.builder()
                  .payload(request.body())
                  .headers(headers.build())
                  .secret(secret)
                  .build());
    } finally {
      client.close();
    }
  }
}
