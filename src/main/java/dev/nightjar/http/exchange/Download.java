package dev.nightjar.http.exchange;

import dev.nightjar.api.ApiError;
import dev.nightjar.net.ConnectionGuard;
import dev.nightjar.store.ContentReader;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends a file's bytes, or the range asked for. Before the head is sent its objects are looked at
 * and its first bytes read, so that a lost or damaged file is an error of its own; one that breaks
 * later breaks the connection, and is never a shorter file or another one.
 */
public record Download(
    ServerRequest request, ServerResponse response, Transfers transfers, String filename) {
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final System.Logger LOG = System.getLogger(Download.class.getName());

  /** A file never changes, so its id is its tag. */
  public void send(String fileId, ContentReader reader) throws IOException {
    String tag = "\"" + fileId + "\"";
    if (isKnown(tag)) {
      response.status(304).header(HeaderNames.ETAG, tag);
      ConnectionGuard.send(request, response::send);
      return;
    }
    long length = reader.length();
    boolean isHead = request.prologue().method().equals(Method.HEAD);
    ByteRange range = isHead ? null : range(tag, length);
    if (range != null && range.equals(ByteRange.UNSATISFIABLE)) {
      response.header(HeaderNames.CONTENT_RANGE, range.contentRange(length));
      throw new ApiError(
          416, null, null, "The file has %d bytes, none of them in that range.".formatted(length));
    }
    ByteRange sent = range == null ? new ByteRange(0, length) : range;
    reader.check(sent.from(), sent.count());
    if (isHead || sent.count() == 0) {
      head(tag, range, length, sent.count());
      ConnectionGuard.send(request, response::send);
      return;
    }
    try (var buffer = transfers.buffer(sent.count())) {
      int first = reader.readSome(sent.from(), buffer.bytes(), 0, buffer.bytes().length);
      head(tag, range, length, sent.count());
      copy(fileId, reader, sent, buffer, first);
    }
  }

  private void head(String tag, @Nullable ByteRange range, long length, long count) {
    response.status(range == null ? 200 : 206);
    if (range != null) {
      response.header(HeaderNames.CONTENT_RANGE, range.contentRange(length));
    }
    response.header(HeaderNames.ETAG, tag);
    response.header(HeaderNames.ACCEPT_RANGES, "bytes");
    response.header(HeaderNames.CONTENT_TYPE, "application/octet-stream");
    response.header(HeaderNames.CONTENT_DISPOSITION, Attachment.named(filename));
    response.headers().contentLength(count);
  }

  private boolean isKnown(String tag) {
    String known = header(HeaderNames.IF_NONE_MATCH);
    return known != null
        && Arrays.stream(known.split(",", -1))
            .map(String::strip)
            .anyMatch(one -> one.equals("*") || one.equals(tag) || one.equals("W/" + tag));
  }

  private @Nullable ByteRange range(String tag, long length) {
    String condition = header(HeaderNames.IF_RANGE);
    return condition == null || condition.strip().equals(tag)
        ? ByteRange.of(header(HeaderNames.RANGE), length)
        : null;
  }

  private @Nullable String header(HeaderName name) {
    return request.headers().first(name).orElse(null);
  }

  /**
   * The buffer holds the first bytes. What is sent is sound only if it is whole: the answer is
   * ended after the last byte.
   */
  private void copy(
      String fileId, ContentReader reader, ByteRange range, DownloadBuffer buffer, int first) {
    var out = new AnswerOutput(request, response.outputStream());
    write(out, buffer, first);
    long done = first;
    while (done < range.count()) {
      byte[] bytes = buffer.bytes();
      int next = (int) Math.min(bytes.length, range.count() - done);
      try {
        next = reader.readSome(range.from() + done, bytes, 0, next);
      } catch (IOException | RuntimeException e) {
        LOG.log(Level.ERROR, "the download of " + fileId + " breaks off", e);
        throw new CloseConnectionException("the file cannot be read on", e);
      }
      write(out, buffer, next);
      done += next;
    }
    out.end();
  }

  private static void write(AnswerOutput out, DownloadBuffer buffer, int count) {
    long begun = System.nanoTime();
    out.write(buffer.bytes(), 0, count);
    if (System.nanoTime() - begun > SLOW_NANOS) {
      buffer.shrink();
    }
  }
}
