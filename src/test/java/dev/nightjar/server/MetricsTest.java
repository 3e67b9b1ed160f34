package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.sim.Latency;
import dev.nightjar.testing.ServerFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /metrics} of a real server. */
@Tag("server")
class MetricsTest {
  private static final Pattern SERVED =
      Pattern.compile("^# TYPE (nightjar_\\w+) ", Pattern.MULTILINE);
  private static final Pattern DOCUMENTED =
      Pattern.compile("^\\| `(nightjar_\\w+)`", Pattern.MULTILINE);

  @TempDir Path folder;

  @Test
  @Tag("H3")
  void everyMetricIsDocumentedAndEveryDocumentedOneIsServed() throws Exception {
    try (var fixture = ServerFixture.start(folder.resolve("data"), ServerFixture.sim())) {
      fixture.sim.close();
      Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 16, _ -> "");
      fixture.create("/v1/chat/completions", input);
      await(() -> value(page(fixture), "nightjar_upstream_paused{upstream=\"sim\"}") == 1);

      assertThat(names(SERVED, page(fixture)))
          .isEqualTo(names(DOCUMENTED, Files.readString(Path.of("docs/operating.md"))));
    }
  }

  @Test
  void figuresAreThoseOfTheWorkDone() throws Exception {
    var options = ServerFixture.sim().withLatency(Latency.parse("latency", "400ms"));
    try (var fixture = ServerFixture.start(folder.resolve("data"), options)) {
      Path input = ServerFixture.chatLines(folder.resolve("in.jsonl"), 1_000, _ -> "");
      String id = fixture.create("/v1/chat/completions", input).id();
      await(() -> value(page(fixture), "nightjar_calls_in_flight{upstream=\"sim\"}") > 0);
      String during = page(fixture);
      Batch batch = fixture.await(id);
      assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
      await(() -> value(page(fixture), "nightjar_batches_ended_total{status=\"completed\"}") == 1);
      await(() -> value(page(fixture), "nightjar_open_chunks") == 0);

      String after = page(fixture);

      assertThat(value(during, "nightjar_batches{status=\"in_progress\"}")).isEqualTo(1);
      assertThat(value(during, "nightjar_request_bytes")).isPositive();
      assertThat(value(during, "nightjar_lanes{state=\"open\",upstream=\"sim\"}")).isEqualTo(1);
      assertThat(value(after, "nightjar_lines_completed_total")).isEqualTo(1_000);
      assertThat(value(after, "nightjar_lines_failed_total")).isZero();
      assertThat(value(after, "nightjar_calls_total")).isEqualTo(1_000);
      assertThat(value(after, "nightjar_answers_appended_total")).isEqualTo(1_000);
      assertThat(value(after, "nightjar_append_seconds_count")).isBetween(1.0, 1_000.0);
      assertThat(value(after, "nightjar_fsync_seconds_count"))
          .isEqualTo(value(after, "nightjar_append_seconds_count"));
      assertThat(value(after, "nightjar_seal_seconds_count")).isEqualTo(63);
      assertThat(value(after, "nightjar_request_bytes")).isZero();
      assertThat(value(after, "nightjar_unappended_bytes")).isZero();
      assertThat(value(after, "nightjar_unsealed_bytes")).isZero();
      assertThat(value(after, "nightjar_open_chunks")).isZero();
      assertThat(value(after, "nightjar_validation_bytes")).isZero();
      assertThat(value(after, "nightjar_calls_in_flight_max{upstream=\"sim\"}")).isEqualTo(256);
      assertThat(value(after, "nightjar_unsealed_bytes_max")).isEqualTo(4L << 30);
    }
  }

  private static Set<String> names(Pattern pattern, String text) {
    var names = new TreeSet<String>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  private static double value(String page, String metric) {
    return page.lines()
        .filter(line -> line.startsWith(metric + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(metric.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(metric + " is not in\n" + page));
  }

  private static String page(ServerFixture fixture) throws IOException, InterruptedException {
    var uri = URI.create("http://127.0.0.1:%d/metrics".formatted(fixture.server.port()));
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/plain");
      return response.body();
    }
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long limit = System.nanoTime() + ServerFixture.LIMIT.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(limit);
      LockSupport.parkNanos(5_000_000L);
    }
  }
}
