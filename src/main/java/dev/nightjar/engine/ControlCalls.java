package dev.nightjar.engine;

import dev.nightjar.batch.AnswerLine;
import dev.nightjar.batch.BatchId;
import dev.nightjar.engine.ShortLines.Kind;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Failure;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.UpstreamResult;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * Makes the calls that tell whether an upstream is well: as small as they can be, and what comes of
 * them is thrown away.
 */
final class ControlCalls {
  private static final Duration TIMEOUT_MAX = Duration.ofSeconds(60);
  private static final int ANSWER_BYTES_MAX = 1 << 20;
  private static final BatchId NONE = new BatchId("batch_" + "0".repeat(32));

  private final List<Upstream> upstreams;
  private final ShortLines lines;
  private final ObjectStore objects;
  private final EngineLimits limits;
  private final Consumer<Event> events;
  private final AtomicLong made = new AtomicLong();
  private final AnswerBuffer.Budget budget = new AnswerBuffer.Budget(ANSWER_BYTES_MAX);

  ControlCalls(
      List<Upstream> upstreams,
      ShortLines lines,
      ObjectStore objects,
      EngineLimits limits,
      Consumer<Event> events) {
    this.upstreams = upstreams;
    this.lines = lines;
    this.objects = objects;
    this.limits = limits;
    this.events = events;
  }

  void make(Effect.Control control) throws IOException {
    CallOutcome outcome = outcome(control);
    events.accept(
        new Event.Controlled(control.upstream(), control.model(), control.url(), outcome));
  }

  private CallOutcome outcome(Effect.Control control) throws IOException {
    String small = control.isByLine() ? null : smallest(control.url(), control.name(), true);
    if (small == null) {
      Bytes line = lines.of(new Kind(control.upstream(), control.model(), control.url()));
      return line == null ? new CallOutcome.Aborted() : call(control, line);
    }
    CallOutcome outcome = call(control, Bytes.utf8(small));
    String smaller = smallest(control.url(), control.name(), false);
    boolean isRefused =
        outcome instanceof CallOutcome.Failed(Failure failure)
            && failure.kind() == Failure.Kind.REFUSED;
    return isRefused && smaller != null && !smaller.equals(small)
        ? call(control, Bytes.utf8(smaller))
        : outcome;
  }

  private CallOutcome call(Effect.Control control, Bytes body) throws IOException {
    Upstream upstream = upstreams.get(control.upstream());
    long number = made.incrementAndGet();
    Duration timeout =
        limits.requestTimeout().compareTo(TIMEOUT_MAX) < 0 ? limits.requestTimeout() : TIMEOUT_MAX;
    var request =
        new Upstream.Request(
            control.url(), new SmallBody(body), AnswerLine.requestId(NONE, number), timeout);
    var line = new AnswerLine(NONE, number, Bytes.utf8("\"control\""));
    try (var buffer = new AnswerBuffer(objects, "spool/control", ANSWER_BYTES_MAX, budget)) {
      UpstreamResult result = upstream.newCall(request).execute(buffer);
      return new Judge(upstream, line, limits).judge(result, buffer);
    }
  }

  /** Null for a url of which there is no call that costs next to nothing. */
  private static @Nullable String smallest(String url, String model, boolean isLimited) {
    String named = model.isEmpty() ? "" : "\"model\":%s,".formatted(quote(model));
    String asked =
        switch (url) {
          case "/v1/chat/completions" -> "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
          case "/v1/completions" -> "\"prompt\":\"Hi\"";
          case "/v1/responses", "/v1/embeddings", "/v1/moderations" -> "\"input\":\"Hi\"";
          default -> null;
        };
    String limit =
        switch (url) {
          case "/v1/chat/completions", "/v1/completions" -> ",\"max_tokens\":1";
          case "/v1/responses" -> ",\"max_output_tokens\":16";
          default -> "";
        };
    return asked == null ? null : "{" + named + asked + (isLimited ? limit : "") + "}";
  }

  private static String quote(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + '"';
  }

  private record SmallBody(Bytes bytes) implements Upstream.Body {
    @Override
    public long length() {
      return bytes.length();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      bytes.writeTo(out);
    }
  }
}
