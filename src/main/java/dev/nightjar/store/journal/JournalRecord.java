package dev.nightjar.store.journal;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.AnswerLog.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * One answer in a segment: a mark, CRC32C of all that follows it, length of what follows that; then
 * batch, chunk, epoch, line, success, usage, spool key and length, lengths of head and tail, head,
 * tail. All numbers big endian.
 */
final class JournalRecord {
  /** Begins each record, so that those behind a damaged one are found again. */
  static final int MARK = 0xAB_4E_4A_52;

  /** Mark, CRC and length. */
  static final int PREFIX = 12;

  /** Far above what is not spooled; a length beyond it is damage. */
  static final int BYTES_MAX = 1 << 27;

  private static final int LENGTH_AT = 8;
  private static final int FIXED = 8 + 4 + 8 + 4 + 1 + 4 * 8 + 2 + 8 + 4 + 4;

  private JournalRecord() {}

  /** Writes a record and gives its length. */
  static int write(Entry entry, SegmentWriter out) throws IOException {
    Answer answer = entry.answer();
    Bytes head = answer.head();
    Bytes tail = answer.tail();
    byte[] front = front(entry);
    long bytes = (long) front.length + head.length() + tail.length();
    if (bytes > BYTES_MAX) {
      throw new IllegalArgumentException(
          "an answer of %d bytes; one above %d has to be spooled".formatted(bytes, BYTES_MAX));
    }
    var buffer = ByteBuffer.wrap(front).putInt(LENGTH_AT, (int) bytes - PREFIX);
    var crc = new CRC32C();
    crc.update(front, LENGTH_AT, front.length - LENGTH_AT);
    crc.update(head.array(), head.offset(), head.length());
    crc.update(tail.array(), tail.offset(), tail.length());
    buffer.putInt(0, MARK).putInt(4, (int) crc.getValue());
    out.put(front, 0, front.length);
    out.put(head.array(), head.offset(), head.length());
    out.put(tail.array(), tail.offset(), tail.length());
    return (int) bytes;
  }

  /** All but head and tail; the prefix is still empty. */
  private static byte[] front(Entry entry) {
    Answer answer = entry.answer();
    byte[] spool =
        answer.spool() == null ? new byte[0] : answer.spool().getBytes(StandardCharsets.UTF_8);
    if (spool.length > Short.MAX_VALUE) {
      throw new IllegalArgumentException("a spool key of " + spool.length + " bytes");
    }
    var front = ByteBuffer.allocate(PREFIX + FIXED + spool.length).position(PREFIX);
    front.putLong(entry.chunk().batch()).putInt(entry.chunk().number());
    front.putLong(entry.epoch()).putInt(entry.line());
    front.put((byte) (answer.isSuccess() ? 1 : 0));
    Usage usage = answer.usage();
    front.putLong(usage.input()).putLong(usage.cached());
    front.putLong(usage.output()).putLong(usage.reasoning());
    front.putShort((short) spool.length).put(spool).putLong(answer.spoolBytes());
    front.putInt(answer.head().length()).putInt(answer.tail().length());
    return front.array();
  }

  /** The length of the record whose prefix begins at {@code at}; -1 if none begins there. */
  static int length(byte[] array, int at) {
    var in = ByteBuffer.wrap(array);
    int bytes = in.getInt(at + LENGTH_AT);
    boolean isRecord = in.getInt(at) == MARK && bytes >= FIXED && bytes <= BYTES_MAX - PREFIX;
    return isRecord ? PREFIX + bytes : -1;
  }

  /** Whether the record at {@code at}, of the length that its prefix says, is as it was written. */
  static boolean isWhole(byte[] array, int at, int length) {
    var crc = new CRC32C();
    crc.update(array, at + LENGTH_AT, length - LENGTH_AT);
    return (int) crc.getValue() == ByteBuffer.wrap(array).getInt(at + 4);
  }

  /** A whole record as an entry. The answer's bytes are views of the array. */
  static Entry read(byte[] array, int at) {
    var in = ByteBuffer.wrap(array).position(at + PREFIX);
    var chunk = new ChunkId(in.getLong(), in.getInt());
    long epoch = in.getLong();
    int line = in.getInt();
    boolean isSuccess = in.get() == 1;
    var usage = new Usage(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    byte[] spool = new byte[in.getShort()];
    in.get(spool);
    long spoolBytes = in.getLong();
    int headLength = in.getInt();
    int tailLength = in.getInt();
    var answer =
        new Answer(
            isSuccess,
            usage,
            new Bytes(array, in.position(), headLength),
            spool.length == 0 ? null : new String(spool, StandardCharsets.UTF_8),
            spoolBytes,
            new Bytes(array, in.position() + headLength, tailLength));
    return new Entry(chunk, epoch, line, answer);
  }
}
