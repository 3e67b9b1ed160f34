package dev.nightjar.upstream;

import dev.nightjar.upstream.Upstream.Probe;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks an upstream for its models and judges from the answer whether it can work. */
final class ModelProbe implements Upstream.Sink {
  private static final int MAX_BYTES = 4 * 1024 * 1024;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Upstream.Call call;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  ModelProbe(Upstream.Call call) {
    this.call = call;
  }

  Probe run() {
    return switch (call.execute(this)) {
      case UpstreamResult.Answered answered -> judge(answered.status());
      case UpstreamResult.TooLarge _ -> new Probe.Alive(Optional.empty());
      case UpstreamResult.Unreachable(var reason) -> new Probe.Dead(reason, 0);
      case UpstreamResult.Broken(var reason) -> new Probe.Dead(reason, 0);
      case UpstreamResult.LocalFault(var reason) -> new Probe.Dead(reason, 0);
      case UpstreamResult.TimedOut _ -> new Probe.Dead("no answer to GET /models in time", 0);
      case UpstreamResult.Aborted _ -> new Probe.Dead("the probe was stopped", 0);
    };
  }

  /** A server without a list of models works all the same. */
  private Probe judge(int status) {
    if (status >= 500 || status == 401 || status == 403 || status == 429) {
      return new Probe.Dead("GET /models was answered with status %d".formatted(status), status);
    }
    return new Probe.Alive(status < 300 ? models() : Optional.empty());
  }

  private Optional<List<String>> models() {
    try {
      var ids =
          JSON.readTree(body.toByteArray())
              .path("data")
              .valueStream()
              .map(model -> model.path("id"))
              .filter(JsonNode::isString)
              .map(JsonNode::stringValue)
              .toList();
      return ids.isEmpty() ? Optional.empty() : Optional.of(ids);
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }

  @Override
  public void restart() {
    body.reset();
  }

  @Override
  public boolean accept(byte[] buffer, int offset, int count) {
    if (body.size() + count > MAX_BYTES) {
      return false;
    }
    body.write(buffer, offset, count);
    return true;
  }
}
