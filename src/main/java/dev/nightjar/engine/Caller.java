package dev.nightjar.engine;

import dev.nightjar.batch.AnswerLine;
import dev.nightjar.batch.Batch;
import dev.nightjar.engine.ShortLines.Kind;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Event.Ended;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.file.Bytes;
import dev.nightjar.process.ProcessEnd;
import dev.nightjar.store.ChunkInput;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.UpstreamResult;
import dev.nightjar.validation.Validation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries out Send: one virtual thread reads the line, calls the upstream and formats what came. It
 * always ends with an Ended event.
 */
final class Caller {
  private static final System.Logger LOG = System.getLogger(Caller.class.getName());

  private final List<Upstream> upstreams;
  private final ObjectStore objects;
  private final EngineLimits limits;
  private final boolean hasOwnUrls;
  private final AnswerBuffer.Budget budget;
  private final Consumer<Event> events;
  private final Map<LineId, Flight> flights = new ConcurrentHashMap<>();
  private final AtomicLong spools = new AtomicLong();
  private final String run;
  private final Executor threads;
  private final ShortLines shortLines = new ShortLines();

  /**
   * Calls upstreams.
   *
   * @param hasOwnUrls whether lines may go elsewhere than to their batch's endpoint
   * @param run tells the spool objects of this process from those of earlier ones
   */
  Caller(
      List<Upstream> upstreams,
      ObjectStore objects,
      EngineLimits limits,
      boolean hasOwnUrls,
      String run,
      Consumer<Event> events,
      Executor threads) {
    this.upstreams = upstreams;
    this.objects = objects;
    this.limits = limits;
    this.hasOwnUrls = hasOwnUrls;
    this.run = run;
    this.budget = new AnswerBuffer.Budget(limits.bounds().unappendedBytes());
    this.events = events;
    this.threads = threads;
  }

  /** Bytes of answers that are being read. */
  long answerBytes() {
    return budget.used();
  }

  /** Of those that were ok. */
  ShortLines shortLines() {
    return shortLines;
  }

  /** {@code input} is that of the chunk with the line. */
  void send(Effect.Send send, Batch batch, ChunkInput input) {
    var flight = new Flight();
    flights.put(send.line(), flight);
    threads.execute(() -> call(send, flight, batch, input));
  }

  void abort(LineId line) {
    Flight flight = flights.get(line);
    if (flight != null) {
      threads.execute(flight::abort);
    }
  }

  private void call(Effect.Send send, Flight flight, Batch batch, ChunkInput input) {
    CallOutcome attempt;
    try {
      attempt = attempt(send, flight, batch, input);
    } catch (IOException e) {
      attempt = new CallOutcome.LocalFault(Validation.words(e));
    } catch (Throwable e) {
      ProcessEnd.ifBroken(e);
      LOG.log(System.Logger.Level.ERROR, "call of " + send.line(), e);
      attempt = new CallOutcome.LocalFault(Validation.words(e));
    } finally {
      flights.remove(send.line());
    }
    events.accept(new Ended(send.line(), attempt));
  }

  private CallOutcome attempt(Effect.Send send, Flight flight, Batch batch, ChunkInput input)
      throws IOException {
    Upstream upstream = upstreams.get(send.upstream());
    LineSpan span = send.span();
    Bytes customId;
    Upstream.Body body;
    LineBody.Line line;
    if (span.isReadWhole()) {
      Bytes whole = Bytes.of(input.read(span.offset(), span.length()));
      customId = whole.slice(span.idStart(), span.idLength());
      body = LineBody.of(whole, span, send.otherName());
      line = whole::slice;
    } else {
      customId = Bytes.of(input.read(span.offset() + span.idStart(), span.idLength()));
      body = LineBody.of(input, span, send.otherName());
      line = (from, count) -> Bytes.of(input.read(span.offset() + from, count));
    }
    String url = hasOwnUrls ? LineBody.url(line, span, batch.endpoint()) : batch.endpoint();
    long number = send.number();
    var request =
        new Upstream.Request(
            url, body, AnswerLine.requestId(batch.id(), number), limits.requestTimeout());
    String spool = ObjectKeys.spool(batch.id(), number, run + "-" + spools.incrementAndGet());
    try (var buffer = new AnswerBuffer(objects, spool, limits.bounds().answerBytes(), budget)) {
      Upstream.Call call = upstream.newCall(request);
      flight.begin(call);
      UpstreamResult result = call.execute(buffer);
      CallOutcome outcome =
          new Judge(upstream, new AnswerLine(batch.id(), number, customId), limits)
              .judge(result, buffer);
      if (outcome instanceof CallOutcome.Answered) {
        shortLines.ok(new Kind(send.upstream(), send.model(), url), body);
      }
      return outcome;
    }
  }

  /** A call from its Send on: an abort that comes before the call is made is not lost. */
  private static final class Flight {
    private volatile Upstream.@Nullable Call call;
    private volatile boolean isAborted;

    void begin(Upstream.Call made) {
      call = made;
      if (isAborted) {
        made.abort();
      }
    }

    void abort() {
      isAborted = true;
      Upstream.Call made = call;
      if (made != null) {
        made.abort();
      }
    }
  }
}
