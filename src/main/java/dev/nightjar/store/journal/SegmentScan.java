package dev.nightjar.store.journal;

import dev.nightjar.store.AnswerLog.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads a segment from its start and finds every whole record, also those behind damage. */
final class SegmentScan implements AutoCloseable {
  private static final int WINDOW_BYTES = 1 << 18;

  /** The version is three digits at the header's end. */
  private static final int VERSION_BITS = 24;

  private static final long MAGIC_WITHOUT_VERSION = Segment.MAGIC >>> VERSION_BITS;

  private final Path path;
  private final FileChannel channel;
  private final long size;
  private byte[] window = new byte[WINDOW_BYTES];
  private long windowStart;
  private int windowLength;

  private SegmentScan(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path, StandardOpenOption.READ);
    this.size = channel.size();
  }

  /** Receives whole records. The entry's bytes are good for this call only. */
  interface Visitor {
    void record(long position, int length, Entry entry);
  }

  /**
   * What a scan found.
   *
   * @param end of the last whole record; what is behind it is a torn tail
   * @param damagedAt where the first bytes are that should be a record, with whole ones behind
   *     them; -1 if there are none
   */
  record Result(long end, long size, long damagedAt) {
    boolean isTorn() {
      return end < size;
    }

    boolean isDamaged() {
      return damagedAt >= 0;
    }
  }

  static Result run(Path path, Visitor visitor) throws IOException {
    try (var scan = new SegmentScan(path)) {
      return scan.run(visitor);
    }
  }

  private Result run(Visitor visitor) throws IOException {
    long end = hasHeader() ? Segment.HEADER : 0;
    long damagedAt = -1;
    long position = end;
    while (position < size) {
      int length = wholeRecordAt(position);
      if (length < 0) {
        position = nextMark(position + 1);
        continue;
      }
      if (damagedAt < 0 && position > end) {
        damagedAt = end;
      }
      visitor.record(position, length, JournalRecord.read(window, at(position)));
      position += length;
      end = position;
    }
    return new Result(end, size, damagedAt);
  }

  private boolean hasHeader() throws IOException {
    if (!load(0, Segment.HEADER)) {
      return false;
    }
    long found = ByteBuffer.wrap(window).getLong(0);
    if (found != Segment.MAGIC && isOfAnotherVersion(found)) {
      throw new IOException(
          "journal segment %s has another format than this program knows: run the version that wrote it"
              .formatted(path));
    }
    return found == Segment.MAGIC;
  }

  /** A header that a power cut has torn ends in zeros, which are no digits. */
  private static boolean isOfAnotherVersion(long found) {
    boolean hasVersion = (found >>> VERSION_BITS) == MAGIC_WITHOUT_VERSION;
    for (int shift = 0; shift < VERSION_BITS; shift += Byte.SIZE) {
      hasVersion &= Character.isDigit((int) (found >>> shift) & 0xFF);
    }
    return hasVersion;
  }

  private int wholeRecordAt(long position) throws IOException {
    if (!load(position, JournalRecord.PREFIX)) {
      return -1;
    }
    int length = JournalRecord.length(window, at(position));
    boolean isWhole =
        length > 0 && load(position, length) && JournalRecord.isWhole(window, at(position), length);
    return isWhole ? length : -1;
  }

  private long nextMark(long from) throws IOException {
    for (long position = from; load(position, Integer.BYTES); position++) {
      if (ByteBuffer.wrap(window).getInt(at(position)) == JournalRecord.MARK) {
        return position;
      }
    }
    return size;
  }

  private int at(long position) {
    return (int) (position - windowStart);
  }

  /** Brings {@code count} bytes from {@code position} on into the window; false past the end. */
  private boolean load(long position, int count) throws IOException {
    if (position + count > size) {
      return false;
    }
    if (position < windowStart || position + count > windowStart + windowLength) {
      fill(position, count);
    }
    return true;
  }

  private void fill(long position, int count) throws IOException {
    if (count > window.length) {
      window = new byte[count];
    }
    windowStart = position;
    windowLength = (int) Math.min(window.length, size - position);
    var target = ByteBuffer.wrap(window, 0, windowLength);
    while (target.hasRemaining()) {
      if (channel.read(target, position + target.position()) < 0) {
        throw new IOException("journal segment " + path + " became shorter while it was read");
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
