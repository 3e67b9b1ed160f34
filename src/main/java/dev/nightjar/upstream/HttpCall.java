package dev.nightjar.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.jspecify.annotations.Nullable;

/** One call over HTTP. One thread executes it; any thread may stop it. */
final class HttpCall implements Upstream.Call {
  private static final int MAX_PIECE = 16 * 1024;
  private static final int MAX_HOPS = 3;

  private final CallContext upstream;
  private final ClassicHttpRequest request;
  private final CallState state;

  /** Where the last answer sends the request; null when it is not to be followed. */
  private @Nullable String next;

  HttpCall(CallContext upstream, ClassicHttpRequest request, Duration timeout) {
    this.upstream = upstream;
    this.request = request;
    this.state = new CallState(timeout);
  }

  @Override
  public UpstreamResult execute(Upstream.Sink sink) {
    if (!state.begin()) {
      return new UpstreamResult.Aborted();
    }
    upstream.running().add(state);
    try {
      return state.ending(attempt(sink));
    } finally {
      upstream.running().remove(state);
      state.cutConnection();
    }
  }

  private UpstreamResult attempt(Upstream.Sink sink) {
    try {
      var result = send(sink);
      for (var hops = 0; next != null && hops < MAX_HOPS && state.isRunning(); hops++) {
        request.setPath(next);
        restart(sink);
        result = send(sink);
      }
      return result;
    } catch (LocalFaultException e) {
      return new UpstreamResult.LocalFault(Failures.text(e));
    } catch (IOException | HttpException e) {
      return new UpstreamResult.Broken(upstream.failures().broken(e));
    }
  }

  private UpstreamResult send(Upstream.Sink sink) throws IOException, HttpException {
    var reused = upstream.connections().take();
    var first = reused == null ? null : sendOnUsed(reused, sink);
    return first != null ? first : sendOnFresh(sink);
  }

  /**
   * Null when the other side had closed the connection before, so that nothing was lost; and when
   * nobody can tell whether what came was meant for this call.
   */
  private @Nullable UpstreamResult sendOnUsed(Connection reused, Upstream.Sink sink)
      throws IOException, HttpException {
    state.use(reused);
    try {
      return sendOn(reused, sink);
    } catch (LocalFaultException e) {
      throw e;
    } catch (IOException e) {
      boolean isLost = isUnasked(e) || reused.isUnanswered();
      if (!isLost || !state.isRunning()) {
        throw e;
      }
      reused.cut();
      restart(sink);
      return null;
    }
  }

  private boolean isUnasked(IOException e) {
    if (e instanceof UnaskedAnswerException unasked && !unasked.isFarewell()) {
      upstream.connections().distrust();
    }
    return e instanceof UnaskedAnswerException;
  }

  private UpstreamResult sendOnFresh(Upstream.Sink sink) throws IOException, HttpException {
    var fresh = upstream.connections().fresh();
    state.use(fresh);
    try {
      upstream.dialer().dial(fresh);
    } catch (IOException e) {
      return new UpstreamResult.Unreachable(upstream.failures().unreachable(e));
    }
    return sendOn(fresh, sink);
  }

  private UpstreamResult sendOn(Connection current, Upstream.Sink sink)
      throws IOException, HttpException {
    boolean isUsed = current.isUsed();
    var answer = current.exchange(request);
    next = upstream.redirects().path(answer);
    if (!pour(answer.getEntity(), value(answer, "content-encoding"), sink)) {
      return new UpstreamResult.TooLarge();
    }
    if (current.hasMore()) {
      upstream.connections().distrust();
      if (isUsed) {
        throw new UnaskedAnswerException(false);
      }
      return answered(answer);
    }
    if (next != null) {
      current.cut();
    } else if (state.finish()) {
      giveBack(current, answer);
    }
    return answered(answer);
  }

  private UpstreamResult answered(ClassicHttpResponse answer) {
    var retryAfter =
        RetryAfter.of(
            value(answer, "retry-after-ms"),
            value(answer, "retry-after"),
            value(answer, "date"),
            upstream.clock());
    return new UpstreamResult.Answered(
        answer.getCode(),
        value(answer, "x-request-id"),
        retryAfter,
        RateLimits.of(name -> value(answer, name), upstream.clock()));
  }

  private static @Nullable String value(ClassicHttpResponse answer, String name) {
    var header = answer.getFirstHeader(name);
    return header == null ? null : header.getValue();
  }

  private static boolean pour(
      @Nullable HttpEntity entity, @Nullable String coding, Upstream.Sink sink) throws IOException {
    if (entity == null) {
      return true;
    }
    var content = entity.getContent();
    long length = coding == null ? entity.getContentLength() : -1;
    try (var decoded = ContentCoding.decoded(content, coding)) {
      if (!pour(decoded, new byte[pieceSize(length)], sink)) {
        return false;
      }
    }
    if (coding != null) {
      ContentCoding.finish(content);
    }
    return true;
  }

  private static boolean pour(InputStream content, byte[] piece, Upstream.Sink sink)
      throws IOException {
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
    if (current.isReusableAfter(request, answer)) {
      upstream.connections().keep(current);
    } else {
      current.close();
    }
  }

  @Override
  public void abort() {
    state.abort();
  }
}
