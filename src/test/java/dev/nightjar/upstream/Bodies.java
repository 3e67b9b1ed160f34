package dev.nightjar.upstream;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Request bodies for tests. */
final class Bodies {
  private Bodies() {}

  static Upstream.Body of(String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return of(bytes.length, out -> out.write(bytes));
  }

  static Upstream.Body of(long length, Source source) {
    return new Upstream.Body() {
      @Override
      public long length() {
        return length;
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        source.writeTo(out);
      }
    };
  }

  interface Source {
    void writeTo(OutputStream out) throws IOException;
  }
}
