package dev.nightjar.store.journal;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.file.Bytes;
import dev.nightjar.store.AnswerLog.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * One answer in a segment: length (of what follows the CRC), CRC32C of that, then batch, chunk,
 * epoch, line, success, usage, spool key and length, head, tail. All numbers big endian.
 */
final class JournalRecord {
  /** Length and CRC. */
  static final int PREFIX = 8;

  private static final int FIXED = 8 + 4 + 8 + 4 + 1 + 4 * 8 + 2 + 8 + 4 + 4;

  private JournalRecord() {}

  static int bytes(Answer answer) {
    return PREFIX + FIXED + spool(answer).length + answer.head().length() + answer.tail().length();
  }

  static void write(Entry entry, ByteBuffer out) {
    Answer answer = entry.answer();
    int start = out.position();
    byte[] spool = spool(answer);
    out.position(start + PREFIX);
    out.putLong(entry.chunk().batch()).putInt(entry.chunk().number());
    out.putLong(entry.epoch()).putInt(entry.line());
    out.put((byte) (answer.isSuccess() ? 1 : 0));
    Usage usage = answer.usage();
    out.putLong(usage.input()).putLong(usage.cached());
    out.putLong(usage.output()).putLong(usage.reasoning());
    out.putShort((short) spool.length).put(spool).putLong(answer.spoolBytes());
    put(out, answer.head());
    put(out, answer.tail());
    int end = out.position();
    var crc = new CRC32C();
    crc.update(out.duplicate().position(start + PREFIX).limit(end));
    out.putInt(start, end - start - PREFIX).putInt(start + 4, (int) crc.getValue());
  }

  private static void put(ByteBuffer out, Bytes bytes) {
    out.putInt(bytes.length()).put(bytes.array(), bytes.offset(), bytes.length());
  }

  private static byte[] spool(Answer answer) {
    return answer.spool() == null ? new byte[0] : answer.spool().getBytes(StandardCharsets.UTF_8);
  }

  /** Reads what follows the prefix. The answer's bytes are views of the buffer's array. */
  static Entry read(ByteBuffer in) {
    var chunk = new ChunkId(in.getLong(), in.getInt());
    long epoch = in.getLong();
    int line = in.getInt();
    boolean isSuccess = in.get() == 1;
    var usage = new Usage(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    byte[] spool = new byte[in.getShort()];
    in.get(spool);
    long spoolBytes = in.getLong();
    Bytes head = bytes(in);
    Bytes tail = bytes(in);
    var answer =
        new Answer(
            isSuccess,
            usage,
            head,
            spool.length == 0 ? null : new String(spool, StandardCharsets.UTF_8),
            spoolBytes,
            tail);
    return new Entry(chunk, epoch, line, answer);
  }

  private static Bytes bytes(ByteBuffer in) {
    int length = in.getInt();
    var bytes = new Bytes(in.array(), in.arrayOffset() + in.position(), length);
    in.position(in.position() + length);
    return bytes;
  }
}
