package dev.nightjar.http.batches;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nightjar.file.JsonLines;
import dev.nightjar.testing.TestApi;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many files are estimated at once, and what that leaves to others. */
@Tag("server")
@Tag("K1")
class EstimateBoundsTest {
  private static final int AT_ONCE = 4;
  private static final int LINE_BYTES = 3 << 20;

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private TestApi api;

  @BeforeEach
  void startServer() throws Exception {
    api = new TestApi(directory);
  }

  @AfterEach
  void stopServer() {
    client.close();
    api.close();
  }

  /** Holds the only long line that may be in memory. */
  private JsonLines longLine() throws Exception {
    byte[] bytes = "x".repeat(LINE_BYTES).getBytes(StandardCharsets.US_ASCII);
    var lines = new JsonLines(new ByteArrayInputStream(bytes), 2 * LINE_BYTES, api.longLines);
    assertThat(lines.next()).isTrue();
    return lines;
  }

  @Test
  void estimatesBeyondABoundAreRefusedAndHoldUpNothingElse() throws Exception {
    String line = "{\"custom_id\": \"a\", \"x\": \"%s\"}\n".formatted("x".repeat(LINE_BYTES));
    String file = api.upload("batch", "in.jsonl", line);
    var estimates = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
    HttpResponse<byte[]> refused;

    try (JsonLines _ = longLine()) {
      for (int i = 0; i <= AT_ONCE; i++) {
        var request = api.request("/v1/files/" + file + "/estimate").build();
        estimates.add(client.sendAsync(request, BodyHandlers.ofByteArray()));
      }
      CompletableFuture.anyOf(estimates.toArray(CompletableFuture[]::new))
          .get(30, TimeUnit.SECONDS);
      assertThat(api.get("/v1/batches").statusCode()).isEqualTo(200);
      var done = estimates.stream().filter(CompletableFuture::isDone).toList();
      assertThat(done).hasSize(1);
      refused = done.getFirst().join();
    }

    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("retry-after")).contains("5");
    assertThat(TestApi.error(refused).get("code").asString()).isEqualTo("server_busy");
    assertThat(statuses(estimates)).containsExactlyInAnyOrder(503, 200, 200, 200, 200);
    assertThat(api.get("/v1/files/" + file + "/estimate").statusCode()).isEqualTo(200);
  }

  private static List<Integer> statuses(List<CompletableFuture<HttpResponse<byte[]>>> answers) {
    return answers.stream().map(answer -> answer.join().statusCode()).toList();
  }
}
