package dev.nightjar.upstream;

import dev.nightjar.net.TlsFault;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.util.CharArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the head of an answer. The library's own parser takes a connection's end in the middle of a
 * head for the head's end; this one refuses it.
 */
final class HeadParser extends DefaultHttpResponseParser {
  private static final int LOOKED_AT = 2;

  private @Nullable SessionInputBuffer buffer;

  HeadParser(Http1Config config) {
    super(config);
  }

  /** Whether more was read from the socket than what the last answer was long. */
  boolean hasMore() {
    return buffer != null && buffer.length() > 0;
  }

  @Override
  public ClassicHttpResponse parse(SessionInputBuffer from, InputStream in)
      throws IOException, HttpException {
    buffer = from;
    var watched = new EndWatch(in);
    var answer = super.parse(from, watched);
    if (watched.ended) {
      throw new ConnectionClosedException("in the head of an answer");
    }
    return answer;
  }

  /** An answer to a plain request that TLS could not read. */
  @Override
  protected ClassicHttpResponse createMessage(CharArrayBuffer head)
      throws IOException, HttpException {
    if (TlsFault.isIn(head.subSequence(0, Math.min(head.length(), LOOKED_AT)))) {
      throw new ProtocolException(TlsFault.NOT_PLAIN);
    }
    return super.createMessage(head);
  }

  private static final class EndWatch extends FilterInputStream {
    private boolean ended;

    EndWatch(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      var got = super.read(buffer, offset, count);
      ended = got < 0;
      return got;
    }
  }
}
