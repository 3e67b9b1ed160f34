package dev.nightjar.server;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.batches.Batch;
import dev.nightjar.RunningServer;
import dev.nightjar.sim.SimServer;
import dev.nightjar.testing.Json;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A data directory of format 2, as a server of that version left it when it was killed: a batch
 * that is completed, one of 400 lines with 153 answered, one that was just made, a key, an upload
 * in parts, a webhook endpoint that was disabled and one with a delivery to be tried again.
 */
@Tag("server")
class EarlierVersionTest {
  /** Made for this directory and known to nothing else. */
  private static final String KEY = "sk-nj-VmvYPMPUnlTFfgEqqLq0w0GPNSxCaz9R1hTpwGO0VzU";

  private static final Instant KILLED_AT = Instant.parse("2026-11-27T16:45:50Z");
  private static final String COMPLETED = "batch_0a21ff1d74c8b1b12702d6e868605601";
  private static final String RUNNING = "batch_009a70fc4d85ee05eb4786da5af2f564";
  private static final String NEW = "batch_ff288c445010bcd9eabe3dd9f5b67b81";
  private static final String UPLOAD = "upload_d72bac00fa1375837d13dd036938fb43";
  private static final int LINES = 400;
  private static final int ANSWERED = 153;

  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void unpack() throws Exception {
    data = Files.createDirectory(folder.resolve("data"));
    try (var zip = new ZipInputStream(getClass().getResourceAsStream("format-2.zip"))) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = data.resolve(entry.getName());
        Files.createDirectories(entry.isDirectory() ? file : file.getParent());
        if (!entry.isDirectory()) {
          Files.copy(zip, file);
        }
      }
    }
    assertThat(data.resolve("format")).hasContent("2");
    bringToToday(data.resolve("meta.db"));
  }

  /** Or its batches would be past their deadlines. */
  private static void bringToToday(Path database) throws Exception {
    long passed = Instant.now().toEpochMilli() - KILLED_AT.toEpochMilli();
    var times =
        Map.of(
            "batch", List.of("created_at", "expires_at", "in_progress_at"),
            "file", List.of("created_at", "expires_at"),
            "upload", List.of("created_at", "expires_at"),
            "webhook_delivery", List.of("created_at", "begun_at", "next_at", "ended_at"));
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        var statement = connection.createStatement()) {
      for (var table : times.entrySet()) {
        for (String column : table.getValue()) {
          statement.executeUpdate(
              "UPDATE %1$s SET %2$s = %2$s + %3$d".formatted(table.getKey(), column, passed));
        }
      }
    }
  }

  @Test
  void allThatAnEarlierVersionHeldGoesOn() throws Exception {
    try (SimServer sim = SimServer.start(ServerFixture.sim());
        RunningServer server = RunningServer.start(ServerFixture.settings(data, sim.url(), 64))) {
      OpenAIClient client = client(server);
      Batch running = ServerFixture.await(client, RUNNING);
      Batch fresh = ServerFixture.await(client, NEW);

      assertThat(data.resolve("format")).hasContent("3");
      assertAllAnswered(client, running, LINES);
      assertAllAnswered(client, fresh, LINES);
      assertAllAnswered(client, client.batches().retrieve(COMPLETED), 3);
      assertThat(sim.counters().received())
          .as("what was answered is not asked again")
          .isLessThanOrEqualTo(2 * LINES - ANSWERED);
      assertThat(client.batches().list().items())
          .extracting(Batch::id)
          .containsExactly(NEW, RUNNING, COMPLETED);
      assertThat(running.metadata().toString()).contains("which=second");
      assertThat(client.uploads().cancel(UPLOAD).status().asString()).isEqualTo("cancelled");
      assertThat(endpoints(server))
          .containsOnly(Map.entry("gone", "disabled"), Map.entry("busy", "enabled"));
    }
  }

  private static void assertAllAnswered(OpenAIClient client, Batch batch, int lines) {
    assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
    assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(lines);
    assertThat(batch.errorFileId()).isEmpty();
    assertThat(
            ServerFixture.customIds(
                ServerFixture.lines(client, batch.outputFileId().orElseThrow()).stream()))
        .containsExactlyElementsOf(
            IntStream.range(0, lines).mapToObj(line -> "r-" + line).toList());
  }

  private static OpenAIClient client(RunningServer server) {
    return OpenAIOkHttpClient.builder()
        .baseUrl("http://127.0.0.1:" + server.port() + "/v1")
        .apiKey(KEY)
        .build();
  }

  /** Their names and what they are. */
  private static Map<String, String> endpoints(RunningServer server)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.port() + "/v1/webhook_endpoints"))
            .header("Authorization", "Bearer " + KEY)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      JsonNode list = Json.read(client.send(request, BodyHandlers.ofString()).body());
      return list.get("data")
          .valueStream()
          .collect(
              toMap(
                  endpoint -> endpoint.get("name").asString(),
                  endpoint -> endpoint.at("/nightjar/status").asString()));
    }
  }
}
