package dev.nightjar.store.journal;

import dev.nightjar.store.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes records behind the last good one of a segment. The appending thread only. If the process
 * dies before {@link #force} returns, what was written may be cut off or gone.
 */
final class SegmentWriter implements AutoCloseable {
  static final int BUFFER_BYTES = 1 << 20;

  private final Disk.OpenFile file;
  private final ByteBuffer buffer;

  /** Where in the file the buffer's first byte goes. */
  private long written;

  private SegmentWriter(Disk.OpenFile file, ByteBuffer buffer, long end) {
    this.file = file;
    this.buffer = buffer.clear();
    this.written = end;
  }

  /** Opens a segment at {@code end} and cuts off what is behind it; a new one gets its header. */
  static SegmentWriter open(Disk.OpenFile file, ByteBuffer buffer, long end) throws IOException {
    var writer = new SegmentWriter(file, buffer, end);
    try {
      file.truncate(end);
      if (end == 0) {
        byte[] header = ByteBuffer.allocate(Segment.HEADER).putLong(Segment.MAGIC).array();
        writer.put(header, 0, header.length);
        writer.flush();
      }
      return writer;
    } catch (IOException e) {
      writer.closeAfter(e);
      throw e;
    }
  }

  /** Where the next record begins. */
  long position() {
    return written + buffer.position();
  }

  void put(byte[] bytes, int offset, int count) throws IOException {
    int from = offset;
    int left = count;
    while (left > 0) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int n = Math.min(left, buffer.remaining());
      buffer.put(bytes, from, n);
      from += n;
      left -= n;
    }
  }

  void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      written += file.write(buffer, written);
    }
    buffer.clear();
  }

  void force() throws IOException {
    file.force();
  }

  /**
   * Gives back the room that a failed group took, as far as that works, and lets go of the file.
   */
  void abandon(long end, Throwable cause) {
    try {
      file.truncate(end);
    } catch (IOException e) {
      cause.addSuppressed(e); // Cut off when it is opened again.
    }
    closeAfter(cause);
  }

  void closeAfter(Throwable cause) {
    try {
      file.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
