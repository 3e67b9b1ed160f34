package dev.nightjar.sdk;

import static dev.nightjar.testing.ScriptedServer.always;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.webhooks.WebhookCreateParams;
import com.openai.models.webhooks.WebhookEndpoint;
import com.openai.models.webhooks.WebhookEndpointWithSecret;
import com.openai.models.webhooks.WebhookListParams;
import com.openai.models.webhooks.WebhookRotateSecretParams;
import com.openai.models.webhooks.WebhookTestParams;
import com.openai.models.webhooks.WebhookUpdateParams;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.TestApi;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Webhook endpoints through the official Java client, which knows them as of 4.100.0, with its own
 * check of each response.
 */
@Tag("server")
class OpenAiJavaWebhookEndpointsTest {
  private static final String URL = "https://public.example/hook";

  @TempDir private Path directory;
  private TestApi api;
  private OpenAIClient client;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi(directory);
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(api.url("/v1").toString())
            .apiKey("none")
            .responseValidation(true)
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    api.close();
  }

  @Test
  void endpointIsCreatedShownChangedAndDeleted() {
    WebhookEndpointWithSecret made = create(URL);

    assertThat(made.url()).isEqualTo(URL);
    assertThat(made.name()).isEqualTo("mine");
    assertThat(made.eventTypes()).containsExactly("batch.completed", "batch.failed");
    assertThat(made.signingSecret()).matches("whsec_[A-Za-z0-9+/]{43}=");
    assertThat(made.signingSecretHint().orElseThrow())
        .endsWith(made.signingSecret().substring(made.signingSecret().length() - 4));

    WebhookEndpoint changed =
        client
            .webhooks()
            .update(WebhookUpdateParams.builder().webhookEndpointId(made.id()).name("new").build());
    assertThat(changed.name()).isEqualTo("new");
    assertThat(changed.url()).isEqualTo(URL);
    assertThat(client.webhooks().retrieve(made.id())).isEqualTo(changed);

    assertThat(client.webhooks().delete(made.id()).deleted()).isTrue();
    assertThatThrownBy(() -> client.webhooks().retrieve(made.id()))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void pagesOfEndpointsFollowEachOther() {
    var made = IntStream.range(0, 5).mapToObj(i -> create(URL + i).id()).toList();

    var listed =
        client.webhooks().list(WebhookListParams.builder().limit(2).build()).autoPager().stream()
            .map(WebhookEndpoint::id)
            .collect(Collectors.toList());

    assertThat(listed).containsExactlyElementsOf(made.reversed());
  }

  @Test
  void secretIsRotated() {
    WebhookEndpointWithSecret made = create(URL);

    WebhookEndpointWithSecret atOnce = client.webhooks().rotateSecret(made.id());
    WebhookEndpointWithSecret kept =
        client
            .webhooks()
            .rotateSecret(
                WebhookRotateSecretParams.builder()
                    .webhookEndpointId(made.id())
                    .keepOldSecretActiveFor24Hours(true)
                    .build());

    assertThat(atOnce.signingSecret()).isNotEqualTo(made.signingSecret());
    assertThat(kept.signingSecret()).isNotEqualTo(atOnce.signingSecret());
  }

  @Test
  void testSendsASample() throws Exception {
    try (var receiver =
        ScriptedServer.playing(always("HTTP/1.1 418 Tea\r\nContent-Length: 0\r\n\r\n"))) {
      WebhookEndpointWithSecret made = create(receiver.url("http", "/hook").toString());

      var tested =
          client
              .webhooks()
              .test(
                  WebhookTestParams.builder()
                      .webhookEndpointId(made.id())
                      .eventType(WebhookTestParams.EventType.BATCH_EXPIRED)
                      .build());

      assertThat(tested.statusCode()).isEqualTo(418);
      assertThat(tested.webhookEndpointId()).isEqualTo(made.id());
      assertThat(receiver.received().getFirst().body()).contains("\"type\":\"batch.expired\"");
    }
  }

  @Test
  @Tag("H1")
  void typesThatMayBeChosenAreListed() {
    assertThat(client.webhooks().eventTypes().list().data())
        .containsExactly("batch.completed", "batch.failed", "batch.cancelled", "batch.expired");
  }

  @Test
  void typeThatIsNeverSentHereIsRefused() {
    var params =
        WebhookCreateParams.builder()
            .name("mine")
            .url(URL)
            .addEventType(WebhookCreateParams.EventType.RESPONSE_COMPLETED)
            .build();

    assertThatThrownBy(() -> client.webhooks().create(params))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("'batch.completed'");
  }

  private WebhookEndpointWithSecret create(String url) {
    return client
        .webhooks()
        .create(
            WebhookCreateParams.builder()
                .name("mine")
                .url(url)
                .addEventType(WebhookCreateParams.EventType.BATCH_COMPLETED)
                .addEventType(WebhookCreateParams.EventType.BATCH_FAILED)
                .build());
  }
}
