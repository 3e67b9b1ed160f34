package dev.nightjar.engine.trace;

import java.io.IOException;
import java.io.OutputStream;

/** Lets so many bytes through, and refuses more. */
final class Bounded extends OutputStream {
  private final OutputStream out;
  private long left;

  /** There is no room for more. */
  static final class FullException extends IOException {
    private static final long serialVersionUID = 1;
  }

  Bounded(OutputStream out, long max) {
    this.out = out;
    this.left = max;
  }

  @Override
  public void write(int next) throws IOException {
    take(1);
    out.write(next);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    take(length);
    out.write(bytes, offset, length);
  }

  private void take(int length) throws FullException {
    left -= length;
    if (left < 0) {
      throw new FullException();
    }
  }
}
