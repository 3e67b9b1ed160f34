package dev.nightjar.upstream;

import dev.nightjar.upstream.Upstream.Probe;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Asks an upstream for its models and judges from the answer whether it can work. llama.cpp's
 * server, which is known by the owner that it gives its models, tells in {@code GET /props} how
 * many calls it works on at a time.
 */
record ModelProbe(Function<String, Upstream.Call> calls) {
  private static final String MODELS = "/v1/models";
  private static final String PROPS = "/props";
  private static final String LLAMA_CPP = "llamacpp";

  Probe run() {
    var body = new SmallBody();
    return switch (calls.apply(MODELS).execute(body)) {
      case UpstreamResult.Answered answered -> judge(answered.status(), body);
      case UpstreamResult.TooLarge _ -> new Probe.Alive(Optional.empty());
      case UpstreamResult.Unreachable(var reason) -> new Probe.Dead(reason, 0);
      case UpstreamResult.Broken(var reason) -> new Probe.Dead(reason, 0);
      case UpstreamResult.LocalFault(var reason) -> new Probe.Dead(reason, 0);
      case UpstreamResult.TimedOut _ -> new Probe.Dead("no answer to GET /models in time", 0);
      case UpstreamResult.Aborted _ -> new Probe.Dead("the probe was stopped", 0);
    };
  }

  /** A server without a list of models works all the same. */
  private Probe judge(int status, SmallBody body) {
    if (status >= 500 || status == 401 || status == 403 || status == 429) {
      return new Probe.Dead("GET /models was answered with status %d".formatted(status), status);
    }
    if (status >= 300) {
      return new Probe.Alive(Optional.empty());
    }
    List<JsonNode> models =
        body.json().map(json -> json.path("data").valueStream()).orElse(Stream.of()).toList();
    List<String> ids = texts(models, "id");
    return new Probe.Alive(
        ids.isEmpty() ? Optional.empty() : Optional.of(ids),
        texts(models, "owned_by").contains(LLAMA_CPP) ? slots() : 0);
  }

  private static List<String> texts(List<JsonNode> models, String field) {
    return models.stream()
        .map(model -> model.path(field))
        .filter(JsonNode::isString)
        .map(JsonNode::stringValue)
        .toList();
  }

  /** 0 where it does not say: it may need a key for that, or be another that calls itself so. */
  private int slots() {
    var body = new SmallBody();
    boolean isAnswered =
        calls.apply(PROPS).execute(body) instanceof UpstreamResult.Answered answered
            && answered.status() < 300;
    return isAnswered
        ? body.json().map(json -> Math.max(0, json.path("total_slots").asInt(0))).orElse(0)
        : 0;
  }
}
