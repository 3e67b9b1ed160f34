package dev.nightjar.upstream;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Takes off what an answer is compressed with: some compress though nobody asks for it. */
final class ContentCoding {
  private static final int BUFFER_BYTES = 8 * 1024;

  /** What may follow the compressed bytes. */
  private static final int REST_BYTES_MAX = 64 * 1024;

  private ContentCoding() {}

  /** An answer whose bytes cannot be had; the message goes on after the upstream's name. */
  static final class UndecodableException extends IOException {
    private static final long serialVersionUID = 1;

    UndecodableException(String message) {
      super(message);
    }
  }

  /** Closing it leaves the content open. */
  static InputStream decoded(InputStream content, @Nullable String coding) throws IOException {
    String name = coding == null ? "" : coding.strip().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "", "identity" -> new Open(content);
      case "gzip", "x-gzip" -> inflated(content);
      default ->
          throw new UndecodableException(
              "sent an answer with the Content-Encoding '%s', which nobody asked for"
                  .formatted(OwnWords.ANY.quote(name)));
    };
  }

  private static InputStream inflated(InputStream content) throws IOException {
    var peeked = new PushbackInputStream(new Open(content), 1);
    int first = peeked.read();
    if (first < 0) {
      return peeked;
    }
    peeked.unread(first);
    try {
      return new Inflated(new GZIPInputStream(peeked, BUFFER_BYTES));
    } catch (ZipException | EOFException _) {
      throw noGzip();
    }
  }

  private static UndecodableException noGzip() {
    return new UndecodableException("sent an answer that is said to be gzip, and is not");
  }

  /** Reads on to the content's end, so that nothing of it is taken for the next answer. */
  static void finish(InputStream content) throws IOException {
    var piece = new byte[BUFFER_BYTES];
    int rest = 0;
    for (int count = content.read(piece); count >= 0; count = content.read(piece)) {
      rest += count;
      if (rest > REST_BYTES_MAX) {
        throw new UndecodableException("sent an answer that goes on behind its compressed bytes");
      }
    }
  }

  /** Closing the content itself would read it to its end, however long it is. */
  private static final class Open extends FilterInputStream {
    Open(InputStream in) {
      super(in);
    }

    @Override
    public void close() {}
  }

  private static final class Inflated extends FilterInputStream {
    Inflated(GZIPInputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      try {
        return super.read(buffer, offset, count);
      } catch (ZipException | EOFException _) {
        throw noGzip();
      }
    }
  }
}
