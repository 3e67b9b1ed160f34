package dev.nightjar.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import org.apache.hc.core5.function.Supplier;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;

/** Streams a body into a connection, as often as needed, and tells whose failure it was. */
final class RequestBody implements HttpEntity {
  private final Upstream.Body body;
  private final long length;

  RequestBody(Upstream.Body body) {
    this.body = body;
    this.length = body.length();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    var wire = new Wire(out);
    try {
      body.writeTo(wire);
    } catch (IOException e) {
      if (wire.failure != null) {
        throw wire.failure;
      }
      throw new LocalFaultException("cannot read the request body", e);
    }
    if (wire.written != length) {
      throw new LocalFaultException(
          "the request body has %d bytes instead of %d".formatted(wire.written, length));
    }
  }

  @Override
  public long getContentLength() {
    return length;
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public boolean isStreaming() {
    return false;
  }

  @Override
  public boolean isChunked() {
    return false;
  }

  @Override
  public InputStream getContent() {
    throw new UnsupportedOperationException("a request body is only written");
  }

  @Override
  public @Nullable String getContentType() {
    return null;
  }

  @Override
  public @Nullable String getContentEncoding() {
    return null;
  }

  @Override
  public @Nullable Supplier<List<? extends Header>> getTrailers() {
    return null;
  }

  @Override
  public Set<String> getTrailerNames() {
    return Set.of();
  }

  @Override
  public void close() {}

  /** Remembers a failure of the connection, however the body's source dresses it up. */
  private static final class Wire extends OutputStream {
    private final OutputStream out;
    private long written;
    private @Nullable IOException failure;

    Wire(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int count) throws IOException {
      written += count;
      try {
        out.write(buffer, offset, count);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
