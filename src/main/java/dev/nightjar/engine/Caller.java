package dev.nightjar.engine;

import dev.nightjar.batch.AnswerLine;
import dev.nightjar.engine.Event.Ended;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.ObjectKeys;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.upstream.UpstreamResult;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Carries out Send: one virtual thread reads the line, calls the upstream and formats what came. It
 * always ends with an Ended event.
 */
final class Caller {
  private static final System.Logger LOG = System.getLogger(Caller.class.getName());

  private final List<Upstream> upstreams;
  private final ObjectStore objects;
  private final EngineLimits limits;
  private final AnswerBuffer.Budget budget;
  private final Consumer<Event> events;
  private final Map<Line, Upstream.Call> calls = new ConcurrentHashMap<>();
  private final AtomicLong spools = new AtomicLong();
  private final String run;

  /** {@code run} tells the spool objects of this process from those of earlier ones. */
  Caller(
      List<Upstream> upstreams,
      ObjectStore objects,
      EngineLimits limits,
      String run,
      Consumer<Event> events) {
    this.upstreams = upstreams;
    this.objects = objects;
    this.limits = limits;
    this.run = run;
    this.budget = new AnswerBuffer.Budget(limits.bounds().unappendedBytes());
    this.events = events;
  }

  /** Bytes of answers that are being read. */
  long answerBytes() {
    return budget.used();
  }

  void send(Line line, int upstream, RunningBatch running) {
    Thread.ofVirtual().name("call").start(() -> call(line, upstreams.get(upstream), running));
  }

  void abort(Line line) {
    Upstream.Call call = calls.get(line);
    if (call != null) {
      Thread.ofVirtual().name("abort").start(call::abort);
    }
  }

  private void call(Line line, Upstream upstream, RunningBatch running) {
    Attempt attempt;
    try {
      attempt = attempt(line, upstream, running);
    } catch (IOException e) {
      attempt = new Attempt.LocalFault(e.toString());
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "call of " + line, e);
      attempt = new Attempt.LocalFault(e.toString());
    } finally {
      calls.remove(line);
    }
    events.accept(new Ended(line, attempt));
  }

  private Attempt attempt(Line line, Upstream upstream, RunningBatch running) throws IOException {
    LineSpan span = line.span;
    Bytes customId;
    Upstream.Body body;
    if (span.isReadWhole()) {
      Bytes whole = Bytes.of(running.input().read(span.offset(), span.length()));
      customId = whole.slice(span.idStart(), span.idLength());
      body = new MemoryBody(whole.slice(span.bodyStart(), span.bodyLength()));
    } else {
      customId = Bytes.of(running.input().read(span.offset() + span.idStart(), span.idLength()));
      body = new StreamedBody(running, span);
    }
    long number = line.number();
    var request =
        new Upstream.Request(
            running.batch().endpoint(),
            body,
            AnswerLine.requestId(running.batch().id(), number),
            limits.requestTimeout());
    String spool =
        ObjectKeys.spool(running.batch().id(), number, run + "-" + spools.incrementAndGet());
    try (var buffer = new AnswerBuffer(objects, spool, limits.bounds().answerBytes(), budget)) {
      Upstream.Call call = upstream.newCall(request);
      calls.put(line, call);
      UpstreamResult result = call.execute(buffer);
      return new Judge(upstream.name(), running.answerLine(number, customId), limits)
          .judge(result, buffer);
    }
  }

  private record MemoryBody(Bytes bytes) implements Upstream.Body {
    @Override
    public long length() {
      return bytes.length();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      bytes.writeTo(out);
    }
  }

  private record StreamedBody(RunningBatch running, LineSpan span) implements Upstream.Body {
    @Override
    public long length() {
      return span.bodyLength();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      byte[] buffer = new byte[LineSpan.COPY_BYTES];
      long position = span.offset() + span.bodyStart();
      int left = span.bodyLength();
      while (left > 0) {
        int n = Math.min(left, buffer.length);
        running.input().readFully(position, buffer, 0, n);
        out.write(buffer, 0, n);
        position += n;
        left -= n;
      }
    }
  }
}
