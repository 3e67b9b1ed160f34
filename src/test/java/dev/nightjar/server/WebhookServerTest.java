package dev.nightjar.server;

import static dev.nightjar.testing.ScriptedServer.always;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.core.http.Headers;
import com.openai.models.batches.Batch;
import com.openai.models.webhooks.UnwrapWebhookEvent;
import com.openai.models.webhooks.WebhookVerificationParams;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.NightjarProcess;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Received;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The whole server tells a receiver that a batch ended. */
@Tag("server")
class WebhookServerTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

  @TempDir Path folder;

  @Test
  void endOfABatchIsToldWithinAMoment() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 20, _ -> "");
    try (var fixture = ServerFixture.start(folder.resolve("data"), ServerFixture.sim());
        var receiver = ScriptedServer.playing(always(OK))) {
      JsonNode endpoint = endpoint(fixture.server.port(), receiver.url("http", "/hook"));
      Batch batch = fixture.create(CHAT, input);

      Batch ended = fixture.await(batch.id());
      long seen = System.nanoTime();
      ServerFixture.awaitThat(() -> !receiver.received().isEmpty());
      Duration late = Duration.ofNanos(System.nanoTime() - seen);
      System.err.println(
          "the webhook came %d ms after the end was seen".formatted(late.toMillis()));

      var event = unwrap(fixture.client, receiver.received().getFirst(), endpoint);
      assertThat(event.asBatchCompleted().data().id()).isEqualTo(batch.id());
      assertThat(event.asBatchCompleted().createdAt()).isEqualTo(ended.completedAt().orElseThrow());
      assertThat(late).isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void failedBatchIsToldToo() throws Exception {
    Path bad = folder.resolve("bad.jsonl");
    Files.writeString(bad, "{}\n");
    try (var fixture = ServerFixture.start(folder.resolve("data"), ServerFixture.sim());
        var receiver = ScriptedServer.playing(always(OK))) {
      JsonNode endpoint = endpoint(fixture.server.port(), receiver.url("http", "/hook"));

      Batch batch = fixture.create(CHAT, bad);
      ServerFixture.awaitThat(() -> !receiver.received().isEmpty());

      var event = unwrap(fixture.client, receiver.received().getFirst(), endpoint);
      assertThat(event.asBatchFailed().data().id()).isEqualTo(batch.id());
    }
  }

  @Test
  void serverKilledBeforeADeliveryIsAnsweredDeliversItAfterItsRestart() throws Exception {
    Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 20, _ -> "");
    try (SimServer sim = SimServer.start(ServerFixture.sim());
        var receiver =
            ScriptedServer.playing(
                peer -> {
                  var _ = peer.readRequest();
                  peer.awaitClose();
                },
                always(OK))) {
      String id;
      JsonNode endpoint;
      try (NightjarProcess server = serve(sim)) {
        endpoint = endpoint(server.port(), receiver.url("http", "/hook"));
        id = ServerFixture.create(server.client(), CHAT, input).id();
        ServerFixture.awaitThat(() -> receiver.received().size() == 1);
        server.kill();
      }
      try (NightjarProcess server = serve(sim)) {
        ServerFixture.awaitThat(() -> receiver.received().size() == 2);
        Received first = receiver.received().get(0);
        Received second = receiver.received().get(1);
        var event = unwrap(server.client(), second, endpoint);
        assertThat(event.asBatchCompleted().data().id()).isEqualTo(id);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.headers().get("webhook-id")).isEqualTo(first.headers().get("webhook-id"));
        ServerFixture.awaitThat(() -> state(server, endpoint).equals("delivered"));
        assertThat(server.stderr()).doesNotContain(endpoint.path("signing_secret").asString());
      }
    }
  }

  private NightjarProcess serve(SimServer sim) throws IOException {
    Path config = folder.resolve("nightjar.yaml");
    Files.writeString(config, "webhooks:\n  allow_private: [127.0.0.1/32]\n");
    return NightjarProcess.start(
        folder,
        "serve",
        "--port",
        "0",
        "--config",
        config.toString(),
        "--data",
        folder.resolve("data").toString(),
        "--upstream",
        sim.url());
  }

  private static JsonNode endpoint(int port, URI url) throws Exception {
    return send(
        port, "/webhook_endpoints", BodyPublishers.ofString("{\"url\":\"%s\"}".formatted(url)));
  }

  private static String state(NightjarProcess server, JsonNode endpoint) {
    try {
      String path = "/webhook_endpoints/%s/deliveries".formatted(endpoint.path("id").asString());
      return send(server.port(), path, null).at("/data/0/state").asString();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static JsonNode send(int port, String path, @Nullable BodyPublisher body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/v1%s".formatted(port, path)))
            .header("Content-Type", "application/json");
    if (body != null) {
      request.POST(body);
    }
    try (var http = HttpClient.newHttpClient()) {
      var response = http.send(request.build(), BodyHandlers.ofString());
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      return Json.read(response.body());
    }
  }

  private static UnwrapWebhookEvent unwrap(
      OpenAIClient client, Received request, JsonNode endpoint) {
    var headers = Headers.builder();
    request.headers().forEach(headers::put);
    return client
        .webhooks()
        .unwrap(
            WebhookVerificationParams.builder()
                .payload(request.body())
                .headers(headers.build())
                .secret(endpoint.path("signing_secret").asString())
                .build());
  }
}
