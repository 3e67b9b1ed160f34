package dev.nightjar.store.journal;

import dev.nightjar.batch.ChunkId;
import dev.nightjar.store.AnswerLog.Entry;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;

/** One file of the journal. It lives as long as a chunk with records in it is not forgotten. */
final class Segment implements AutoCloseable {
  private static final long MAGIC = 0x4E4A4C4F47303031L; // "NJLOG001"
  static final int HEADER = Long.BYTES;
  private static final int RECORD_BYTES_MAX = 1 << 30;

  final int number;
  final Path path;
  final Set<ChunkId> chunks = new HashSet<>();
  private final FileChannel channel;

  /** Where the next record goes: the end of the last one known to be whole. */
  private long end;

  private Segment(int number, Path path, FileChannel channel, long end) {
    this.number = number;
    this.path = path;
    this.channel = channel;
    this.end = end;
  }

  static Segment create(int number, Path path) throws IOException {
    var channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    channel.write(ByteBuffer.allocate(HEADER).putLong(0, MAGIC), 0);
    return new Segment(number, path, channel, HEADER);
  }

  static Segment open(int number, Path path) throws IOException {
    var channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new Segment(number, path, channel, HEADER);
  }

  long bytes() {
    return end;
  }

  /** Receives records with their positions. */
  interface Visitor {
    void record(long position, Entry entry);
  }

  /**
   * How a scan ended.
   *
   * @param end the end of the last whole record; what follows is a torn tail
   * @param size of the file
   * @param corrupt records that are not whole although whole ones follow
   */
  record Scan(long end, long size, int corrupt) {
    boolean isTorn() {
      return end < size;
    }
  }

  /** Visits all whole records from the start. */
  Scan scan(Visitor visitor) throws IOException {
    long size = channel.size();
    channel.position(0);
    // Not closed: that would close the channel.
    var in =
        new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), 1 << 16));
    end = 0;
    if (size < HEADER || in.readLong() != MAGIC) {
      return new Scan(0, size, 0);
    }
    long position = HEADER;
    int corrupt = 0;
    int bad = 0;
    end = HEADER;
    while (position + JournalRecord.PREFIX <= size) {
      int length = in.readInt();
      int crc = in.readInt();
      if (length <= 0
          || length > RECORD_BYTES_MAX
          || position + JournalRecord.PREFIX + length > size) {
        break;
      }
      byte[] body = in.readNBytes(length);
      if (crc(body) == crc) {
        visitor.record(position, JournalRecord.read(ByteBuffer.wrap(body)));
        end = position + JournalRecord.PREFIX + length;
        corrupt += bad;
        bad = 0;
      } else {
        bad++;
      }
      position += JournalRecord.PREFIX + length;
    }
    return new Scan(end, size, corrupt);
  }

  /** Writes at the end, without forcing; {@link #advance} makes it count. */
  void write(ByteBuffer records, long at) throws IOException {
    long position = at;
    while (records.hasRemaining()) {
      position += channel.write(records, position);
    }
  }

  void force() throws IOException {
    channel.force(false);
  }

  void advance(long newEnd) {
    end = newEnd;
  }

  /** Cuts off what was written past the end: a part of a group that failed. */
  void truncate() throws IOException {
    if (end < HEADER) {
      channel.truncate(0);
      channel.write(ByteBuffer.allocate(HEADER).putLong(0, MAGIC), 0);
      end = HEADER;
    }
    channel.truncate(end);
  }

  Entry read(long position) throws IOException {
    var prefix = ByteBuffer.allocate(JournalRecord.PREFIX);
    readFully(prefix, position);
    int length = prefix.getInt(0);
    if (length <= 0 || length > RECORD_BYTES_MAX) {
      throw corrupt(position);
    }
    var body = ByteBuffer.allocate(length);
    readFully(body, position + JournalRecord.PREFIX);
    if (crc(body.array()) != prefix.getInt(4)) {
      throw corrupt(position);
    }
    return JournalRecord.read(body.flip());
  }

  private IOException corrupt(long position) {
    return new IOException("corrupt record in %s at %d".formatted(path, position));
  }

  private void readFully(ByteBuffer target, long from) throws IOException {
    long position = from;
    while (target.hasRemaining()) {
      int n = channel.read(target, position);
      if (n < 0) {
        throw corrupt(from);
      }
      position += n;
    }
  }

  private static int crc(byte[] body) {
    var crc = new CRC32C();
    crc.update(body, 0, body.length);
    return (int) crc.getValue();
  }

  void delete() throws IOException {
    channel.close();
    Files.deleteIfExists(path);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
