package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.sim.SimOptions;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("server")
class CleartextHttp2Test {
  @TempDir Path folder;

  @Test
  void theApiAnswersOverHttp2WithoutTls() throws IOException, InterruptedException {
    try (var fixture = ServerFixture.start(folder.resolve("data"), SimOptions.defaults());
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
      URI uri = URI.create("http://127.0.0.1:" + fixture.server.port() + "/v1/batches");
      for (int i = 0; i < 3; i++) {
        var response = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());

        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("openai-processing-ms")).isPresent();
      }
    }
  }
}
