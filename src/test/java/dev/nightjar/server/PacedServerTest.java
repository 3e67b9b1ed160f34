package dev.nightjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.batches.Batch;
import dev.nightjar.RunningServer;
import dev.nightjar.config.ClientTls;
import dev.nightjar.config.UpstreamSettings;
import dev.nightjar.testing.ScriptedServer;
import dev.nightjar.testing.ScriptedServer.Peer;
import dev.nightjar.testing.ServerFixture;
import dev.nightjar.upstream.Preset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Against an upstream that allows 600 requests and 50,000 tokens a minute, which come back bit by
 * bit, and that answers 429 above, for {@code -Dpace.seconds}; then it allows all. An answer has
 * {@code -Dpace.factor} × 80 tokens. {@code bench/pace} takes minutes; of the first, in which
 * refusals teach what is allowed, they are not counted.
 */
@Tag("server")
@Tag("F1")
class PacedServerTest {
  private static final int REQUESTS = 600;
  private static final int TOKENS = 50_000;
  private static final int SECONDS = Integer.getInteger("pace.seconds", 6);
  private static final double FACTOR = Double.parseDouble(System.getProperty("pace.factor", "1"));
  private static final int TOKENS_OF_ANSWER = (int) (80 * FACTOR);
  private static final int LINES = SECONDS * Math.min(REQUESTS, TOKENS / TOKENS_OF_ANSWER) / 60 + 8;

  /** What refusals teach takes a while, and so does what is left of the first minute. */
  private static final boolean IS_LONG = SECONDS >= 120;

  private static final String LISTING = json(200, "", "{\"data\":[{\"id\":\"m\"}]}");

  @TempDir Path folder;

  /** What the upstream still gives. */
  private static final class Meter {
    private final double limit;
    private double left;
    private double given;
    private long at = System.nanoTime();

    Meter(double limit) {
      this.limit = limit;
      left = limit / 2;
    }

    void pass(long now) {
      left = Math.min(limit, left + limit * (now - at) / TimeUnit.MINUTES.toNanos(1));
      at = now;
    }

    void take(double amount) {
      left -= amount;
      given += amount;
    }

    long secondsUntil(double amount) {
      return (long) Math.ceil(60 * Math.max(0, amount - left) / limit);
    }

    /** What was given, of what was to be had, the half at the beginning aside. */
    double used() {
      return given / (limit * SECONDS / 60);
    }

    String headers(String kind) {
      return """
      x-ratelimit-limit-%1$s: %2$d\r
      x-ratelimit-remaining-%1$s: %3$d\r
      x-ratelimit-reset-%1$s: %4$dms\r
      """
          .formatted(kind, (int) limit, (int) left, (int) (60_000 * (limit - left) / limit));
    }
  }

  private static final class Provider {
    private final Meter requests = new Meter(REQUESTS);
    private final Meter tokens = new Meter(TOKENS);
    private final SplittableRandom random = new SplittableRandom(1);
    private final boolean isTelling;
    private long beganAt;
    private long endsAt = Long.MAX_VALUE;
    private int calls;
    private int refused;

    Provider(String way) {
      isTelling = way.equals("told");
    }

    void play(Peer peer) throws IOException, InterruptedException {
      while (true) {
        var request = peer.readRequest();
        boolean isCall = request.head().startsWith("POST");
        String answer = isCall ? answer() : LISTING;
        if (isCall && answer.startsWith("HTTP/1.1 200")) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(takes()));
        }
        peer.send(answer);
      }
    }

    private synchronized int takes() {
      return 200 + random.nextInt(1_000);
    }

    private synchronized String answer() {
      long now = System.nanoTime();
      if (endsAt == Long.MAX_VALUE) {
        beganAt = now;
        endsAt = now + TimeUnit.SECONDS.toNanos(SECONDS);
      }
      int used = 1 + TOKENS_OF_ANSWER / 2 + random.nextInt(TOKENS_OF_ANSWER);
      if (now < endsAt) {
        requests.pass(now);
        tokens.pass(now);
        boolean isCounted = !IS_LONG || now >= beganAt + TimeUnit.MINUTES.toNanos(1);
        calls += isCounted ? 1 : 0;
        if (requests.left < 1 || tokens.left < used) {
          refused += isCounted ? 1 : 0;
          long seconds = Math.max(1, Math.max(requests.secondsUntil(1), tokens.secondsUntil(used)));
          return json(
              429, "Retry-After: " + seconds + "\r\n", "{\"error\":{\"message\":\"slow\"}}");
        }
        requests.take(1);
        tokens.take(used);
      }
      String told = isTelling ? requests.headers("requests") + tokens.headers("tokens") : "";
      return json(
          200,
          told,
          """
          {"object":"chat.completion","usage":{"prompt_tokens":%d,"completion_tokens":%d}}\
          """
              .formatted(used / 2, used - used / 2));
    }

    synchronized double refusedShare() {
      return (double) refused / calls;
    }

    synchronized double used() {
      return Math.max(requests.used(), tokens.used());
    }
  }

  @ParameterizedTest
  @CsvSource({"configured, 0.01, 0.95", "told, 0.01, 0.95", "refused, 0.05, 0.85"})
  void upstreamIsCalledAsOftenAsItAllows(String way, double refusedMax, double usedMin)
      throws Exception {
    var provider = new Provider(way);
    try (var upstream = ScriptedServer.playing(provider::play);
        var server =
            RunningServer.start(
                ServerFixture.settings(folder.resolve("data"), upstream(way, upstream)))) {
      var client = ServerFixture.client(server.port());
      Batch batch = ServerFixture.create(client, "/v1/chat/completions", input());
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(SECONDS)); // It lasts as long as it lasts.
      batch = ServerFixture.await(client, batch.id());

      assertThat(batch.requestCounts().orElseThrow().completed())
          .as(batch.toString())
          .isEqualTo(LINES);
      System.out.printf(
          "pace: %s, factor %s, %d s: refused %.4f, used %.3f%n",
          way, FACTOR, SECONDS, provider.refusedShare(), provider.used());
      if (IS_LONG || !way.equals("refused")) {
        assertThat(provider.refusedShare()).as("refused").isLessThanOrEqualTo(refusedMax);
        assertThat(provider.used()).as("used").isGreaterThanOrEqualTo(usedMin);
      }
    }
  }

  private UpstreamSettings upstream(String way, ScriptedServer provider) {
    boolean isConfigured = way.equals("configured");
    return new UpstreamSettings(
        "provider",
        provider.url("http", "").toString(),
        null,
        null,
        64,
        false,
        Preset.NONE,
        limit(isConfigured, REQUESTS),
        limit(isConfigured, TOKENS),
        Map.of(),
        ClientTls.DEFAULT);
  }

  private static @Nullable Long limit(boolean isConfigured, long limit) {
    return isConfigured ? limit : null;
  }

  private Path input() throws IOException {
    String lines =
        IntStream.range(0, LINES)
            .mapToObj(i ->
                "{\"custom_id\":\"%d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":64}}"
                    .formatted(i))
            .collect(Collectors.joining("\n"));
    return Files.writeString(folder.resolve("in.jsonl"), lines);
  }

  private static String json(int status, String headers, String body) {
    return "HTTP/1.1 %d Said\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s"
        .formatted(status, headers, body.length(), body);
  }
}
