package dev.nightjar.upstream;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * One call over HTTP. One thread executes it; any thread may stop it. Whoever moves the state away
 * from {@code RUNNING} first says how it ends: a stopped call never gives its connection back, so
 * that a late stop cannot hit another call.
 */
final class HttpCall implements Upstream.Call {
  private enum State {
    READY,
    RUNNING,
    DONE,
    ABORTED,
    TIMED_OUT
  }

  private static final int MAX_PIECE = 16 * 1024;

  private final HttpUpstream upstream;
  private final ClassicHttpRequest request;
  private final long timeoutNanos;
  private final AtomicReference<State> state = new AtomicReference<>(State.READY);
  private volatile long startedNanos;
  private volatile @Nullable Connection connection;

  HttpCall(HttpUpstream upstream, ClassicHttpRequest request, Duration timeout) {
    this.upstream = upstream;
    this.request = request;
    this.timeoutNanos = TimeUnit.NANOSECONDS.convert(timeout);
  }

  @Override
  public UpstreamResult execute(Upstream.Sink sink) {
    if (!begin()) {
      return new UpstreamResult.Aborted();
    }
    upstream.running().add(this);
    try {
      return ending(attempt(sink));
    } finally {
      upstream.running().remove(this);
      cutConnection();
    }
  }

  private boolean begin() {
    startedNanos = System.nanoTime();
    if (state.compareAndSet(State.READY, State.RUNNING)) {
      return true;
    }
    if (state.get() != State.ABORTED) {
      throw new IllegalStateException("a call is executed once, but this one is " + state.get());
    }
    return false;
  }

  /** What somebody asked for wins over what the network did because of it. */
  private UpstreamResult ending(UpstreamResult seen) {
    var interrupted = Thread.currentThread().isInterrupted();
    state.compareAndSet(State.RUNNING, interrupted ? State.ABORTED : State.DONE);
    return switch (state.get()) {
      case ABORTED -> new UpstreamResult.Aborted();
      case TIMED_OUT -> new UpstreamResult.TimedOut();
      case READY, RUNNING, DONE -> seen;
    };
  }

  private UpstreamResult attempt(Upstream.Sink sink) {
    try {
      var reused = upstream.connections().take();
      var first = reused == null ? null : sendAgainIfStale(reused, sink);
      return first != null ? first : sendOnFresh(sink);
    } catch (LocalFaultException e) {
      return new UpstreamResult.LocalFault(Failures.text(e));
    } catch (IOException | HttpException e) {
      return new UpstreamResult.Broken(Failures.broken(upstream, e));
    }
  }

  /** Null when the other side had closed the connection before, so that nothing was lost. */
  private @Nullable UpstreamResult sendAgainIfStale(Connection reused, Upstream.Sink sink)
      throws IOException, HttpException {
    use(reused);
    try {
      return sendOn(reused, sink);
    } catch (LocalFaultException e) {
      throw e;
    } catch (IOException e) {
      if (!reused.isUnanswered() || state.get() != State.RUNNING) {
        throw e;
      }
      reused.cut();
      restart(sink);
      return null;
    }
  }

  private UpstreamResult sendOnFresh(Upstream.Sink sink) throws IOException, HttpException {
    var fresh = new Connection();
    use(fresh);
    try {
      upstream.dialer().dial(fresh);
    } catch (IOException e) {
      return new UpstreamResult.Unreachable(Failures.unreachable(upstream, e));
    }
    return sendOn(fresh, sink);
  }

  private UpstreamResult sendOn(Connection current, Upstream.Sink sink)
      throws IOException, HttpException {
    var answer = current.exchange(request);
    if (!pour(answer.getEntity(), sink)) {
      return new UpstreamResult.TooLarge();
    }
    if (state.compareAndSet(State.RUNNING, State.DONE)) {
      giveBack(current, answer);
    }
    return upstream.answered(answer);
  }

  private static boolean pour(@Nullable HttpEntity entity, Upstream.Sink sink) throws IOException {
    if (entity == null) {
      return true;
    }
    var content = entity.getContent();
    var piece = new byte[pieceSize(entity.getContentLength())];
    for (var count = content.read(piece); count >= 0; count = content.read(piece)) {
      if (!accept(sink, piece, count)) {
        return false;
      }
    }
    return true;
  }

  private static int pieceSize(long length) {
    return length < 0 ? MAX_PIECE : Math.clamp(length, 1, MAX_PIECE);
  }

  private static boolean accept(Upstream.Sink sink, byte[] piece, int count)
      throws LocalFaultException {
    try {
      return sink.accept(piece, 0, count);
    } catch (IOException e) {
      throw new LocalFaultException("cannot keep the answer", e);
    }
  }

  private static void restart(Upstream.Sink sink) throws LocalFaultException {
    try {
      sink.restart();
    } catch (IOException e) {
      throw new LocalFaultException("cannot keep the answer", e);
    }
  }

  private void giveBack(Connection current, ClassicHttpResponse answer) {
    connection = null;
    if (current.isReusableAfter(request, answer)) {
      upstream.connections().keep(current);
    } else {
      current.close();
    }
  }

  /** From here on a stop closes it; one that came before is noticed here. */
  private void use(Connection next) throws ConnectionClosedException {
    connection = next;
    if (state.get() != State.RUNNING) {
      throw new ConnectionClosedException("stopped");
    }
  }

  @Override
  public void abort() {
    if (!state.compareAndSet(State.READY, State.ABORTED)) {
      stop(State.ABORTED);
    }
  }

  void stopIfLate(long nowNanos) {
    if (nowNanos - startedNanos >= timeoutNanos) {
      stop(State.TIMED_OUT);
    }
  }

  private void stop(State why) {
    if (state.compareAndSet(State.RUNNING, why)) {
      cutConnection();
    }
  }

  private void cutConnection() {
    var current = connection;
    if (current != null) {
      current.cut();
    }
  }
}
