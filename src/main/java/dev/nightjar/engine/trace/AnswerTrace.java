package dev.nightjar.engine.trace;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Usage;
import dev.nightjar.file.Bytes;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * What a trace holds of an answer: all that the engine looks at, and a checksum of what the answer
 * says instead of that.
 */
record AnswerTrace(
    boolean isSuccess, Usage usage, int headBytes, int tailBytes, long spoolBytes, int checksum)
    implements Serializable {
  private static final String MARK = "crc32c ";

  static AnswerTrace of(Answer answer) {
    return new AnswerTrace(
        answer.isSuccess(),
        answer.usage(),
        answer.head().length(),
        answer.tail().length(),
        answer.spoolBytes(),
        checksum(answer));
  }

  /** Also of one that a trace held: then what the original's was. */
  static int checksum(Answer answer) {
    String spool = answer.spool();
    if (spool != null && spool.startsWith(MARK)) {
      return Integer.parseUnsignedInt(spool, MARK.length(), spool.length(), 16);
    }
    var sum = new CRC32C();
    add(answer.head(), sum);
    add(answer.tail(), sum);
    if (spool != null) {
      sum.update(spool.getBytes(StandardCharsets.UTF_8));
    }
    return (int) sum.getValue();
  }

  private static void add(Bytes bytes, CRC32C sum) {
    sum.update(bytes.array(), bytes.offset(), bytes.length());
  }

  /** An answer that to the engine is like the original; it says nothing. */
  Answer answer(Blank blank) {
    String mark = MARK + Integer.toHexString(checksum);
    return new Answer(
        isSuccess, usage, blank.bytes(headBytes), mark, spoolBytes, blank.bytes(tailBytes));
  }

  /** Bytes without content, all in one array. */
  static final class Blank {
    private byte[] zeros = new byte[0];

    Bytes bytes(int length) {
      if (zeros.length < length) {
        zeros = new byte[length];
      }
      return new Bytes(zeros, 0, length);
    }
  }
}
