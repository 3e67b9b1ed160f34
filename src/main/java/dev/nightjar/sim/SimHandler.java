package dev.nightjar.sim;

import dev.nightjar.config.SettingsException;
import dev.nightjar.net.ConnectionGuard;
import dev.nightjar.sim.answer.Ask;
import dev.nightjar.sim.answer.AskReader;
import dev.nightjar.sim.answer.ErrorKind;
import dev.nightjar.sim.answer.ModelAnswers;
import dev.nightjar.sim.answer.Refusal;
import dev.nightjar.sim.answer.Seeded;
import dev.nightjar.sim.answer.SimEndpoint;
import dev.nightjar.sim.answer.TokenCounter;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Takes each request to its answer or its error. Safe for use by many threads. */
final class SimHandler {
  private static final int BODY_BYTES_MAX = 64 * 1024 * 1024;
  private static final String USER_PREFIX = "sim:";
  private static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-Id");
  private static final HeaderName ERROR = HeaderNames.create("x-sim-error");
  private static final HeaderName LATENCY = HeaderNames.create("x-sim-latency");
  private static final byte[] HEALTHY =
      "{\"status\":\"ok\",\"server\":\"nightjar-sim\"}".getBytes(StandardCharsets.UTF_8);

  private final SimOptions options;
  private final ConnectionGuard guard;
  private final SimCounters counters;
  private final Seeded seeded;
  private final ModelAnswers answers;
  private final ModelList models;
  private final AnswerSender sender;

  SimHandler(SimOptions options, ConnectionGuard guard, SimCounters counters) {
    this.options = options;
    this.guard = guard;
    this.counters = counters;
    seeded = new Seeded(options.seed());
    answers = new ModelAnswers(seeded, TokenCounter.of(options.usage()), InstantSource.system());
    models = new ModelList(options.models(), Instant.now().getEpochSecond());
    sender = new AnswerSender(guard, options.retryAfter());
  }

  void handle(ServerRequest request, ServerResponse response) {
    String path = request.path().path();
    String resource = path.startsWith("/v1/") ? path.substring(4) : path.substring(1);
    Optional<SimEndpoint> endpoint =
        Method.POST.equals(request.prologue().method())
            ? SimEndpoint.at(resource)
            : Optional.empty();
    if (endpoint.isPresent()) {
      infer(endpoint.get(), request, response);
      return;
    }
    try {
      sender.send(response, lookUp(resource, request, path));
    } catch (Refusal refusal) {
      sender.refuse(response, refusal);
    }
  }

  private byte[] lookUp(String resource, ServerRequest request, String path) {
    boolean isGet = Method.GET.equals(request.prologue().method());
    if (isGet && resource.equals("health")) {
      return HEALTHY;
    }
    checkKey(request);
    if (isGet && resource.equals("models")) {
      return models.all();
    }
    if (isGet && resource.startsWith("models/")) {
      return models.one(resource.substring("models/".length()));
    }
    throw Refusal.unknownPath(request.prologue().method().text(), path);
  }

  private void infer(SimEndpoint endpoint, ServerRequest request, ServerResponse response) {
    String id = header(request, REQUEST_ID);
    int inFlight = counters.begin(id);
    if (id != null) {
      response.header(REQUEST_ID, id);
    }
    try {
      if (answer(endpoint, request, response, inFlight)) {
        counters.answer();
      }
    } catch (Refusal refusal) {
      sender.refuse(response, refusal);
    } finally {
      counters.end();
    }
  }

  /** Whether a whole answer was sent. */
  private boolean answer(
      SimEndpoint endpoint, ServerRequest request, ServerResponse response, int inFlight) {
    byte[] body = body(request);
    if (options.maxConcurrency() > 0 && inFlight > options.maxConcurrency()) {
      throw Refusal.overloaded(
          "%d requests are in flight; --max-concurrency is %d."
              .formatted(inFlight, options.maxConcurrency()));
    }
    checkKey(request);
    RandomGenerator random = seeded.nextAttempt();
    Optional<ErrorKind> drawn = options.errors().draw(random);
    Ask ask = AskReader.read(endpoint, body);
    checkModel(ask);
    ErrorKind kind = kind(request, ask, drawn).orElse(null);
    switch (kind) {
      case BAD_REQUEST, RATE_LIMITED, OVERLOADED -> throw Refusal.simulated(kind);
      case SERVER_ERROR -> {
        pause(latency(request).sample(random));
        throw Refusal.simulated(kind);
      }
      case null, default -> {}
    }
    byte[] answer = answers.answer(endpoint, body, ask, kind == ErrorKind.LINE_SEPARATORS);
    if (kind == null || kind.isWhole()) {
      counters.work(header(request, REQUEST_ID));
    }
    pause(latency(request).sample(random));
    return sender.send(response, request, answer, kind);
  }

  private byte[] body(ServerRequest request) {
    try (InputStream in =
        guard.body(request.remotePeer().address(), request.content().inputStream())) {
      byte[] body = in.readNBytes(BODY_BYTES_MAX + 1);
      if (body.length > BODY_BYTES_MAX) {
        throw new Refusal(
            413,
            "invalid_request_error",
            null,
            "request_too_large",
            "The body of your request is over %d bytes.".formatted(BODY_BYTES_MAX));
      }
      return body;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkKey(ServerRequest request) {
    String key = options.apiKey();
    if (key != null && !("Bearer " + key).equals(header(request, HeaderNames.AUTHORIZATION))) {
      throw Refusal.wrongKey();
    }
  }

  private void checkModel(Ask ask) {
    String model = ask.model();
    if (model != null && !options.models().isEmpty() && !options.models().contains(model)) {
      throw Refusal.unknownModel(model);
    }
  }

  /** What the request itself asks for, else what was drawn. */
  private static Optional<ErrorKind> kind(
      ServerRequest request, Ask ask, Optional<ErrorKind> drawn) {
    String user = ask.user();
    String wanted = header(request, ERROR);
    if (wanted == null && user != null && user.startsWith(USER_PREFIX)) {
      wanted = user.substring(USER_PREFIX.length());
    }
    if (wanted == null) {
      return drawn;
    }
    if (wanted.equals("none")) {
      return Optional.empty();
    }
    Optional<ErrorKind> kind = ErrorKind.of(wanted);
    if (kind.isEmpty()) {
      throw Refusal.badRequest(
          null,
          "invalid_value",
          "nightjar sim does not know the error '%s'; the kinds are none, %s."
              .formatted(wanted, ErrorKind.names()));
    }
    return kind;
  }

  private Latency latency(ServerRequest request) {
    String wanted = header(request, LATENCY);
    if (wanted == null) {
      return options.latency();
    }
    try {
      return Latency.parse("x-sim-latency", wanted);
    } catch (SettingsException e) {
      throw Refusal.badRequest(null, "invalid_value", String.valueOf(e.getMessage()));
    }
  }

  private static void pause(Duration time) {
    if (time.isZero()) {
      return;
    }
    try {
      Thread.sleep(time);
    } catch (InterruptedException _) {
      // The server stops: what is left to do is quick.
      Thread.currentThread().interrupt();
    }
  }

  private static @Nullable String header(ServerRequest request, HeaderName name) {
    return request.headers().contains(name) ? request.headers().get(name).get() : null;
  }
}
