package dev.nightjar.upstream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Keeps an answer's bytes up to a limit. */
final class CollectingSink implements Upstream.Sink {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final int max;
  private int restarts;
  private int largestPiece;

  CollectingSink(int max) {
    this.max = max;
  }

  @Override
  public void restart() {
    restarts++;
    bytes.reset();
  }

  @Override
  public boolean accept(byte[] buffer, int offset, int count) {
    largestPiece = Math.max(largestPiece, count);
    if (bytes.size() + count > max) {
      return false;
    }
    bytes.write(buffer, offset, count);
    return true;
  }

  String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  int restarts() {
    return restarts;
  }

  int largestPiece() {
    return largestPiece;
  }
}
