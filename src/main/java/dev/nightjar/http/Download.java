package dev.nightjar.http;

import dev.nightjar.api.ApiError;
import dev.nightjar.store.ContentReader;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sends a file's bytes, or the range asked for. Before the head is sent its objects are looked at
 * and its first bytes read, so that a lost or damaged file is an error of its own; one that breaks
 * later breaks the connection, and is never a shorter file or another one.
 *
 * @param bufferBytes how much is read and sent at once
 */
record Download(ServerRequest request, ServerResponse response, int bufferBytes) {
  private static final System.Logger LOG = System.getLogger(Download.class.getName());

  /** A file never changes, so its id is its tag. */
  void send(String fileId, ContentReader reader) throws IOException {
    String tag = "\"" + fileId + "\"";
    if (isKnown(tag)) {
      response.status(304).header(HeaderNames.ETAG, tag).send();
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
    byte[] buffer = new byte[(int) Math.min(bufferBytes, sent.count())];
    int first =
        isHead || buffer.length == 0 ? 0 : reader.readSome(sent.from(), buffer, 0, buffer.length);
    response.status(range == null ? 200 : 206);
    if (range != null) {
      response.header(HeaderNames.CONTENT_RANGE, range.contentRange(length));
    }
    response.header(HeaderNames.ETAG, tag);
    response.header(HeaderNames.ACCEPT_RANGES, "bytes");
    response.header(HeaderNames.CONTENT_TYPE, "application/octet-stream");
    response.headers().contentLength(sent.count());
    if (first == 0) {
      response.send();
    } else {
      copy(fileId, reader, sent, buffer, first);
    }
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

  /** The buffer holds the first bytes. The stream is closed only after the last one. */
  private void copy(
      String fileId, ContentReader reader, ByteRange range, byte[] buffer, int first) {
    OutputStream out = response.outputStream();
    long done = write(out, buffer, first);
    while (done < range.count()) {
      int next = (int) Math.min(buffer.length, range.count() - done);
      try {
        next = reader.readSome(range.from() + done, buffer, 0, next);
      } catch (IOException | RuntimeException e) {
        LOG.log(Level.ERROR, "the download of " + fileId + " breaks off", e);
        throw new CloseConnectionException("the file cannot be read on", e);
      }
      done += write(out, buffer, next);
    }
    try {
      out.close();
    } catch (IOException | UncheckedIOException e) {
      throw new ServerConnectionException("the client went away", e);
    }
  }

  private static int write(OutputStream out, byte[] buffer, int count) {
    try {
      out.write(buffer, 0, count);
      return count;
    } catch (IOException | UncheckedIOException e) {
      throw new ServerConnectionException("the client went away", e);
    }
  }
}
