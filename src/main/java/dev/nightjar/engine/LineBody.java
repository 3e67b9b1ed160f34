package dev.nightjar.engine;

import dev.nightjar.batch.RequestLine;
import dev.nightjar.batch.RequestLine.MalformedLineException;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.ChunkInput;
import dev.nightjar.upstream.Upstream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * What of a line is sent: its body as it is in the input, but for the name that the upstream has
 * for its model; and where to, if lines may say so.
 */
final class LineBody {
  private static final Bytes NO_BODY = Bytes.utf8("{}");

  private LineBody() {}

  /** The bytes of a line. */
  interface Line {
    Bytes part(int from, int count) throws IOException;
  }

  /** A line's own url, or the endpoint if it has none; of the line, its body is not read. */
  static String url(Line line, LineSpan span, String endpoint) throws IOException {
    var request = new ByteArrayOutputStream();
    line.part(0, span.bodyStart()).writeTo(request);
    NO_BODY.writeTo(request);
    line.part(end(span), span.length() - end(span)).writeTo(request);
    try {
      String url = RequestLine.parse(Bytes.of(request.toByteArray())).url();
      return url == null ? endpoint : url;
    } catch (MalformedLineException e) {
      throw new IllegalStateException("a line that was valid is not: " + e.problem(), e);
    }
  }

  /** Of a line that is in memory. */
  static Upstream.Body of(Bytes line, LineSpan span, @Nullable String model) {
    if (model == null) {
      return new InMemory(line.slice(span.bodyStart(), span.bodyLength()));
    }
    int before = span.modelStart() - span.bodyStart();
    int after = span.modelStart() + span.modelLength();
    return new Joined(
        List.of(
            new InMemory(line.slice(span.bodyStart(), before)),
            new InMemory(token(model)),
            new InMemory(line.slice(after, end(span) - after))));
  }

  /** Of one that is streamed. */
  static Upstream.Body of(ChunkInput input, LineSpan span, @Nullable String model) {
    long start = span.offset() + span.bodyStart();
    if (model == null) {
      return new Streamed(input, start, span.bodyLength());
    }
    int before = span.modelStart() - span.bodyStart();
    int after = span.modelStart() + span.modelLength();
    return new Joined(
        List.of(
            new Streamed(input, start, before),
            new InMemory(token(model)),
            new Streamed(input, span.offset() + after, end(span) - after)));
  }

  private static int end(LineSpan span) {
    return span.bodyStart() + span.bodyLength();
  }

  private static Bytes token(String model) {
    String quoted = new String(JsonStringEncoder.getInstance().quoteAsCharArray(model));
    return Bytes.of(("\"" + quoted + "\"").getBytes(StandardCharsets.UTF_8));
  }

  private record InMemory(Bytes bytes) implements Upstream.Body {
    @Override
    public long length() {
      return bytes.length();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      bytes.writeTo(out);
    }
  }

  private record Streamed(ChunkInput input, long offset, int bytes) implements Upstream.Body {
    @Override
    public long length() {
      return bytes;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      byte[] buffer = new byte[LineSpan.COPY_BYTES];
      long position = offset;
      int left = bytes;
      while (left > 0) {
        int n = Math.min(left, buffer.length);
        input.readFully(position, buffer, n);
        out.write(buffer, 0, n);
        position += n;
        left -= n;
      }
    }
  }

  private record Joined(List<Upstream.Body> parts) implements Upstream.Body {
    @Override
    public long length() {
      return parts.stream().mapToLong(Upstream.Body::length).sum();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      for (Upstream.Body part : parts) {
        part.writeTo(out);
      }
    }
  }
}
