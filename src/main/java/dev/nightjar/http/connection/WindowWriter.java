package dev.nightjar.http.connection;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;

/** Tells the reader how much a client of HTTP/2 was asked to send. */
record WindowWriter(DataWriter out, BoundedReader reader) implements DataWriter {
  private static final int FRAME_BYTES = 13;
  private static final int WINDOW_UPDATE = 8;

  @Override
  public void write(BufferData... buffers) {
    writeNow(buffers);
  }

  @Override
  public void write(BufferData buffer) {
    writeNow(buffer);
  }

  @Override
  public void writeNow(BufferData... buffers) {
    writeNow(BufferData.create(buffers));
  }

  /** Frames come one by one; before it is written, since the client may answer at once. */
  @Override
  public void writeNow(BufferData buffer) {
    if (buffer.available() == FRAME_BYTES
        && (buffer.get(3) & 0xFF) == WINDOW_UPDATE
        && int32(buffer, 5) == 0) {
      reader.widen(int32(buffer, 9));
    }
    out.writeNow(buffer);
  }

  private static int int32(BufferData buffer, int index) {
    int value = 0;
    for (int i = index; i < index + Integer.BYTES; i++) {
      value = (value << Byte.SIZE) | (buffer.get(i) & 0xFF);
    }
    return value;
  }

  @Override
  public void flush() {
    out.flush();
  }

  @Override
  public void close() {
    out.close();
  }
}
