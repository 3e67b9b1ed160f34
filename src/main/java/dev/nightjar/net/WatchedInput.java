package dev.nightjar.net;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A stream that notes since when a read waits, and whose reads another thread can end. One thread
 * reads; any may look and break off.
 */
class WatchedInput extends FilterInputStream {
  private @Nullable Thread reader;
  private long readingSince;
  private boolean isBroken;

  WatchedInput(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    begin();
    int result;
    try {
      result = super.read(into, offset, length);
    } finally {
      end();
    }
    check();
    return result;
  }

  synchronized boolean isReading() {
    return reader != null;
  }

  synchronized boolean isOverdue(long now, long nanosMax) {
    return reader != null && now - readingSince > nanosMax;
  }

  /**
   * Ends the read that waits, and all later ones, with an exception. The interrupt alone would not
   * do: Helidon takes it for the end of an HTTP/2 body, and half a file would pass for a whole one.
   */
  synchronized void breakOff() {
    isBroken = true;
    if (reader != null) {
      reader.interrupt();
    }
  }

  private synchronized void begin() throws IOException {
    check();
    reader = Thread.currentThread();
    readingSince = System.nanoTime();
  }

  private synchronized void end() {
    reader = null;
    if (isBroken) {
      Thread.interrupted(); // It was meant for this read only.
    }
  }

  private synchronized void check() throws IOException {
    if (isBroken) {
      throw new IOException("the connection was closed while its body was read");
    }
  }
}
