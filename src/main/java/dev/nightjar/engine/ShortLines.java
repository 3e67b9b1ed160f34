package dev.nightjar.engine;

import dev.nightjar.file.Bytes;
import dev.nightjar.upstream.Upstream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The shortest body of each kind of call that was ok, so that it can be sent again to see whether
 * the upstream is well. Any thread.
 */
final class ShortLines {
  private static final int BYTES_MAX = 8 * 1024;
  private static final int KINDS_MAX = 256;

  private final Map<Kind, Bytes> shortest = new ConcurrentHashMap<>();

  /** Where calls go. */
  record Kind(int upstream, String model, String url) {}

  /** A call with this body was ok. */
  void ok(Kind kind, Upstream.Body body) throws IOException {
    Bytes known = shortest.get(kind);
    boolean isWanted = known == null || body.length() < known.length();
    if (isWanted && body.length() <= BYTES_MAX) {
      if (known == null && shortest.size() >= KINDS_MAX) {
        shortest.keySet().stream().findAny().ifPresent(shortest::remove);
      }
      var bytes = new ByteArrayOutputStream((int) body.length());
      body.writeTo(bytes);
      shortest.put(kind, Bytes.of(bytes.toByteArray()));
    }
  }

  @Nullable Bytes of(Kind kind) {
    return shortest.get(kind);
  }
}
