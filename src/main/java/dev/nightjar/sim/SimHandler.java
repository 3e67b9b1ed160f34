package dev.nightjar.sim;

import dev.nightjar.net.ConnectionGuard;
import dev.nightjar.sim.ErrorMix.Kind;
import dev.nightjar.sim.SimAnswers.BadRequestException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Answers each request of the simulated server, or fails as it was told to. */
final class SimHandler implements Handler {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-Id");
  private static final HeaderName FORCED_ERROR = HeaderNames.create("x-sim-error");
  private static final HeaderName RETRY_AFTER_MS = HeaderNames.create("retry-after-ms");
  private static final HeaderName SERVER = HeaderNames.create("server");
  private static final long HANG_LOOK_NANOS = 50_000_000L;
  private static final String FORCED_USER = "sim:";
  private static final String AWKWARD = "\u2028\u2029\u0085";

  private final SimOptions options;
  private final ConnectionGuard guard;
  private final SimServer.Counters counters;
  private final SimAnswers answers;

  /** Guards the generator, so that a seed and an order of arrival give the same draws. */
  private final ReentrantLock drawing = new ReentrantLock();

  private final SplittableRandom random;
  private volatile boolean isDown;

  private record Fate(Optional<Kind> error, long millis) {}

  SimHandler(SimOptions options, ConnectionGuard guard, SimServer.Counters counters) {
    this.options = options;
    this.guard = guard;
    this.counters = counters;
    this.answers = new SimAnswers(new Tokens(options.isUsageExact()), options.seed());
    this.random = new SplittableRandom(options.seed());
  }

  void setDown(boolean down) {
    isDown = down;
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) throws IOException {
    if (isDown) {
      throw reset(request);
    }
    response.header(SERVER, "nightjar-sim");
    String path = request.path().path();
    String endpoint = path.startsWith("/v1/") ? path.substring(3) : path;
    String method = request.prologue().method().text();
    switch (method + " " + endpoint) {
      case "GET /health" -> send(response, 200, JSON.createObjectNode().put("status", "ok"));
      case "GET /models" -> {
        if (isAuthorized(request, response)) {
          send(response, 200, models());
        }
      }
      case "POST /chat/completions",
          "POST /completions",
          "POST /responses",
          "POST /embeddings",
          "POST /moderations" -> {
        if (isAuthorized(request, response)) {
          call(endpoint, request, response);
        }
      }
      default ->
          error(
              response,
              404,
              null,
              "unknown_url",
              "Unknown request URL: " + method + " " + path + ".");
    }
  }

  private boolean isAuthorized(ServerRequest request, ServerResponse response) {
    String given = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
    if (options.apiKey() == null || given.equals("Bearer " + options.apiKey())) {
      return true;
    }
    error(response, 401, null, "invalid_api_key", "Incorrect API key provided.");
    return false;
  }

  private ObjectNode models() {
    ObjectNode list = JSON.createObjectNode().put("object", "list");
    var data = list.putArray("data");
    options.models().stream()
        .sorted()
        .forEach(model ->
            data.addObject()
                .put("id", model)
                .put("object", "model")
                .put("created", 0)
                .put("owned_by", "nightjar-sim"));
    return list;
  }

  private void call(String endpoint, ServerRequest request, ServerResponse response)
      throws IOException {
    counters.received.increment();
    int inFlight = counters.inFlight.incrementAndGet();
    counters.peakInFlight.accumulateAndGet(inFlight, Math::max);
    try {
      if (options.recordsRequests()) {
        request
            .headers()
            .first(REQUEST_ID)
            .ifPresent(id -> counters.seen.merge(id, 1, Integer::sum));
      }
      byte[] bytes = request.content().as(byte[].class);
      if (inFlight > options.maxConcurrency()) {
        overloaded(response, 503);
        return;
      }
      answer(endpoint, request, response, JSON.readTree(bytes));
    } catch (BadRequestException e) {
      error(response, 400, e.parameter(), "invalid_value", String.valueOf(e.getMessage()));
    } catch (JacksonException e) {
      error(response, 400, null, "invalid_json", "The body is not JSON: " + e.getOriginalMessage());
    } finally {
      counters.inFlight.decrementAndGet();
    }
  }

  private void answer(
      String endpoint, ServerRequest request, ServerResponse response, JsonNode body)
      throws IOException {
    Fate fate = fate(request, body);
    if (fate.millis > 0) {
      LockSupport.parkNanos(fate.millis * 1_000_000L);
    }
    if (isDown) {
      throw reset(request);
    }
    String model = body.path("model").asString("");
    if (!options.models().isEmpty() && !options.models().contains(model)) {
      error(response, 404, "model", "model_not_found", "The model '" + model + "' does not exist.");
      return;
    }
    long created = System.currentTimeMillis() / 1_000;
    ObjectNode answer =
        switch (endpoint) {
          case "/chat/completions" -> answers.chat(withModel(body), created);
          case "/completions" -> answers.completion(withModel(body), created);
          case "/responses" -> answers.response(body, created);
          case "/embeddings" -> answers.embeddings(withModel(body));
          default -> answers.moderation(body);
        };
    if (fate.error.isPresent()) {
      fail(fate.error.get(), answer, request, response);
    } else {
      counters.answered.increment();
      send(response, 200, answer);
    }
  }

  private static JsonNode withModel(JsonNode body) {
    if (!body.path("model").isString()) {
      throw new BadRequestException("model", "you must provide a model parameter");
    }
    return body;
  }

  /** A request may carry its own: in a header, or in the body's {@code user}, which JSONL can. */
  private Fate fate(ServerRequest request, JsonNode body) {
    String user = body.path("user").asString("");
    Optional<Kind> forced =
        request
            .headers()
            .first(FORCED_ERROR)
            .or(() ->
                user.startsWith(FORCED_USER) ? Optional.of(user.substring(4)) : Optional.empty())
            .flatMap(Kind::of);
    drawing.lock();
    try {
      Optional<Kind> drawn = options.errors().draw(random);
      return new Fate(forced.or(() -> drawn), options.latency().drawMillis(random));
    } finally {
      drawing.unlock();
    }
  }

  private void fail(Kind kind, ObjectNode answer, ServerRequest request, ServerResponse response)
      throws IOException {
    switch (kind) {
      case STATUS_400 ->
          error(response, 400, "user", "simulated_error", "A simulated 400: the request is wrong.");
      case STATUS_429 -> overloaded(response, 429);
      case STATUS_500 -> error(response, 500, null, "server_error", "A simulated 500.");
      case STATUS_503 -> overloaded(response, 503);
      case RESET -> throw reset(request);
      case HANG -> {
        while (guard.isOpen(request.remotePeer().address())) {
          LockSupport.parkNanos(HANG_LOOK_NANOS);
        }
        throw reset(request);
      }
      case TRUNCATED -> {
        byte[] whole = JSON.writeValueAsBytes(answer);
        response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(whole.length));
        try (OutputStream out = response.outputStream()) {
          out.write(whole, 0, whole.length / 2);
          out.flush();
          throw reset(request);
        }
      }
      case GARBAGE ->
          send(response, "<html>Simulated garbage.</html>".getBytes(StandardCharsets.UTF_8));
      case PRETTY -> {
        counters.answered.increment();
        send(
            response,
            JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(answer));
      }
      case U2028 -> {
        counters.answered.increment();
        answer.put("awkward", AWKWARD);
        send(response, 200, answer);
      }
    }
  }

  /** The client sees its connection reset; the server does not wonder about a missing answer. */
  private CloseConnectionException reset(ServerRequest request) {
    guard.reset(request.remotePeer().address());
    return new CloseConnectionException("a simulated reset");
  }

  private void overloaded(ServerResponse response, int status) {
    long millis = options.retryAfter().toMillis();
    response.header(RETRY_AFTER_MS, Long.toString(millis));
    response.header(
        HeaderNames.RETRY_AFTER, Long.toString(Math.max(1, Math.ceilDiv(millis, 1_000))));
    error(
        response,
        status,
        null,
        "rate_limit_exceeded",
        "A simulated " + status + ": come back later.");
  }

  private static void error(
      ServerResponse response,
      int status,
      @Nullable String parameter,
      String code,
      String message) {
    ObjectNode body = JSON.createObjectNode();
    body.putObject("error")
        .put("message", message)
        .put("type", status < 500 ? "invalid_request_error" : "server_error")
        .put("param", parameter)
        .put("code", code);
    send(response, status, body);
  }

  private static void send(ServerResponse response, int status, ObjectNode body) {
    response.status(Status.create(status));
    send(response, JSON.writeValueAsBytes(body));
  }

  private static void send(ServerResponse response, byte[] json) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(json);
  }
}
