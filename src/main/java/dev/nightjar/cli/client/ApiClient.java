package dev.nightjar.cli.client;

import dev.nightjar.terminal.CommandException;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.upstream.RetryAfter;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks a server's API. What may pass is asked again as the official clients do it: twice, after a
 * growing pause or the one that the server wants, with the count in a header so that the server
 * knows a repeated create. What goes wrong is a {@link CommandException} with its sentence. Any
 * thread may call it.
 */
public final class ApiClient implements AutoCloseable {
  private static final int RETRIES_MAX = 2;

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration RETRY_AFTER_MAX = Duration.ofMinutes(2);
  private static final long BACKOFF_MILLIS = 500;
  private static final long BACKOFF_MILLIS_MAX = 8_000;
  private static final long LOOK_MILLIS = 200;
  private static final int JSON_BYTES_MAX = 256 << 20;

  private static final int BEGINNING_BYTES = 1 << 20;

  /** Numbers keep their digits: what is not known here is shown as it came. */
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final ApiTarget target;
  private final Consumer<String> notice;
  private final URI reached;
  private final HttpClient http;

  /**
   * One request, as it can be made again.
   *
   * @param body null for none
   * @param headers adds more to each attempt
   * @param progress grows while bytes move; when it rests for {@code patience} the attempt has
   *     failed
   */
  public record Call(
      String method,
      String path,
      @Nullable BodyPublisher body,
      Consumer<HttpRequest.Builder> headers,
      Repeat repeat,
      LongSupplier progress,
      Duration patience) {
    public static Call of(String method, String path, @Nullable JsonNode json) {
      return new Call(
          method,
          path,
          json == null ? null : BodyPublishers.ofString(json.toString()),
          request -> request.header("Content-Type", "application/json"),
          Repeat.WHOLE,
          () -> 0,
          PATIENCE);
    }

    /** For what must not be done twice. */
    public Call once() {
      return new Call(method, path, body, headers, Repeat.NEVER, progress, patience);
    }
  }

  /** What is done when an attempt fails of something that may pass. */
  enum Repeat {
    /** The body cannot be read once more, or the call does something each time. */
    NEVER,
    WHOLE,
    /** The next attempt asks for what is missing: only those that bring nothing are counted. */
    REST
  }

  /** {@code notice} gets a sentence when the user has to wait for long. */
  ApiClient(ApiTarget target, Consumer<String> notice) {
    this.target = target;
    this.notice = notice;
    this.reached = target.reached();
    var http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT);
    if (target.isSecure()) {
      http.sslContext(target.tls().context());
    }
    this.http = http.build();
  }

  ApiTarget target() {
    return target;
  }

  /** {@code path} begins with a slash and is already encoded, its query included. */
  public JsonNode get(String path) {
    return json(Call.of("GET", path, null));
  }

  public JsonNode post(String path, @Nullable JsonNode body) {
    return json(Call.of("POST", path, body));
  }

  public JsonNode delete(String path) {
    return json(Call.of("DELETE", path, null));
  }

  /** An id or a value in a path or query. */
  public static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Path and id, where an empty id would ask for something else. */
  public static String path(String collection, String id) {
    if (id.isBlank()) {
      throw CommandException.wrong("an id is empty");
    }
    return collection + "/" + encoded(id);
  }

  public JsonNode json(Call call) {
    HttpResponse<byte[]> response =
        send(call, BodyHandlers.limiting(BodyHandlers.ofByteArray(), JSON_BYTES_MAX));
    try {
      return JSON.readTree(response.body());
    } catch (JacksonException _) {
      throw CommandException.wrong(
          "%s does not answer as an API server does; is the base URL right?".formatted(target));
    }
  }

  /** The first bytes of a file of the server. */
  public byte[] beginning(String fileId) {
    var call =
        new Call(
            "GET",
            path("/files", fileId) + "/content",
            null,
            request -> request.header("Range", "bytes=0-" + (BEGINNING_BYTES - 1)),
            Repeat.WHOLE,
            () -> 0,
            PATIENCE);
    return send(call, BodyHandlers.limiting(BodyHandlers.ofByteArray(), JSON_BYTES_MAX)).body();
  }

  /** Until it succeeds, or must not or need not be tried again. */
  public HttpResponse<byte[]> send(Call call, BodyHandler<byte[]> handler) {
    long before = call.progress().getAsLong();
    for (int attempt = 0; ; attempt++) {
      if (call.repeat() == Repeat.REST && call.progress().getAsLong() > before) {
        before = call.progress().getAsLong();
        attempt = 0;
      }
      boolean isLast = attempt == RETRIES_MAX || call.repeat() == Repeat.NEVER;
      Duration pause = backoff(attempt);
      try {
        HttpResponse<byte[]> response = sendOnce(call, attempt, handler);
        if (response.statusCode() < 300) {
          return response;
        }
        ApiProblem problem = ApiProblem.of(response, target);
        Duration asked = retryAfter(response);
        boolean isTooLong = asked != null && asked.compareTo(RETRY_AFTER_MAX) > 0;
        if (isLast || !problem.isRetryable() || isTooLong) {
          throw problem.exception();
        }
        if (asked != null) {
          pause = asked;
          notice.accept("the server asks to wait %d s".formatted(asked.toSeconds()));
        }
      } catch (IOException e) {
        if (isLast) {
          throw new CommandException(ExitCode.UNREACHABLE, ApiProblem.unreachable(target, e), true);
        }
      }
      sleep(pause);
    }
  }

  /** One attempt; an answer of any status is a response, no whole answer an IOException. */
  private HttpResponse<byte[]> sendOnce(Call call, int attempt, BodyHandler<byte[]> handler)
      throws IOException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(request(call, attempt), handler);
    long seen = -1;
    long seenAt = System.nanoTime();
    while (true) {
      try {
        return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        long now = call.progress().getAsLong();
        if (now != seen) {
          seen = now;
          seenAt = System.nanoTime();
        } else if (System.nanoTime() - seenAt > call.patience().toNanos()) {
          answer.cancel(true);
          throw new IOException("no answer for %d s".formatted(call.patience().toSeconds()));
        }
      } catch (ExecutionException e) {
        throw ioException(e);
      } catch (InterruptedException _) {
        answer.cancel(true);
        Thread.currentThread().interrupt();
        throw new CommandException(ExitCode.INTERRUPTED, "interrupted");
      }
    }
  }

  /** What a consumer of the bytes refused may come wrapped. */
  private static IOException ioException(ExecutionException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof CommandException said) {
        throw said;
      }
    }
    return switch (e.getCause()) {
      case IOException io -> io;
      case null, default -> throw new IllegalStateException(e);
    };
  }

  private HttpRequest request(Call call, int attempt) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(reached + call.path()))
            .header("Accept", "*/*")
            .header("User-Agent", "nightjar-cli")
            .header("x-stainless-retry-count", Integer.toString(attempt));
    request.method(call.method(), call.body() == null ? BodyPublishers.noBody() : call.body());
    call.headers().accept(request);
    if (target.key() != null) {
      request.header("Authorization", "Bearer " + target.key());
    }
    if (target.project() != null) {
      request.header("OpenAI-Project", target.project());
    }
    return request.build();
  }

  private static @Nullable Duration retryAfter(HttpResponse<byte[]> response) {
    return RetryAfter.of(
        response.headers().firstValue("retry-after-ms").orElse(null),
        response.headers().firstValue("retry-after").orElse(null),
        response.headers().firstValue("date").orElse(null),
        InstantSource.system());
  }

  /** 0.5 s, 1 s, 2 s and so on, up to a quarter less, as the official clients do it. */
  private static Duration backoff(int attempt) {
    long millis = Math.min(BACKOFF_MILLIS_MAX, BACKOFF_MILLIS << Math.min(attempt, 10));
    return Duration.ofMillis(millis - ThreadLocalRandom.current().nextLong(millis / 4 + 1));
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitCode.INTERRUPTED, "interrupted");
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
